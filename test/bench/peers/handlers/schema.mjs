// The items' schemas for peers that leave the choice open: zod, as its own documentation writes it.

import { z } from 'zod';

const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const itemPath = z.object({ id: z.coerce.number().pipe(id) });

export const newItem = z.strictObject({
  id: id.optional(),
  name: z.string().min(1).max(256),
  description: z.string().max(4096),
});

/** What a client may see of an item. */
export const visible = ({ id, name, description, createdAt, updatedAt }) => ({
  id,
  name,
  description,
  createdAt,
  updatedAt,
});
