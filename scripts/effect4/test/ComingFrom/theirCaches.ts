/** What Effect's own caches do. */
export const theirCaches = {
  interruptOthers: false,
  setWhileComputed: 2,
  keepRemoved: false,
  keptWhenFull: ["a", "c"],
  hang: false,
  releasedOnFailure: new Array<string>(),
  releasedInUse: ["a"]
}
