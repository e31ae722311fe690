/** What Effect's own caches do. It has a twin for Effect 4 in `scripts/effect4/test`. */
export const theirCaches = {
  /** Whether with the first who asked the others are interrupted. */
  interruptOthers: true,
  /** What is found where 2 was set while 1 was computed. */
  setWhileComputed: 1,
  /** Whether what was removed while it was computed is there. */
  keepRemoved: true,
  /** Of two keys at the most, after "a", "b", "a" and "c". */
  keptWhenFull: ["b", "c"],
  /** Whether a computation that asks for its own key never ends. */
  hang: true,
  releasedOnFailure: ["a"],
  /** What is released while it is in use, when the cache closes. */
  releasedInUse: new Array<string>()
}
