let first = true;

/** Whether this is the first call of the instance: the event that paid for its start. */
export const isColdStart = (): boolean => {
  const cold = first;
  first = false;
  return cold;
};
