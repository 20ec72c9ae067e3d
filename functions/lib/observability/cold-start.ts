let first = true;

/** Whether this is the first call of the instance: its event waited for the start. */
export const isColdStart = (): boolean => {
  const cold = first;
  first = false;
  return cold;
};
