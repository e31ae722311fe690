/**
 * The words in which a wrong option is refused: what is accepted in its place.
 */

/** What is accepted of each kind, for messages. Kinds of times are told apart where durations are known. */
export const wrongOptionTexts = {
  text: "a text",
  name: "a text that is not blank",
  flag: "true or false",
  function: "a function",
  acquire: "a function",
  compute: "a function that returns an Effect",
  iterable: "an array or something else to iterate over",
  object: "an object",
  texts: "an array of texts",
  textsOrFunction: "an array of texts, or a function that returns one",
  whole: "a whole number, 0 or more",
  limit: "a whole number, 0 or more, or Infinity",
  count: "a whole number, 1 or more",
  countOrInfinity: "a whole number, 1 or more, or Infinity",
  share: "a number from 0 to 1",
  innerShare: "a number above 0 and below 1",
  millis: "a number of milliseconds, 0 or more, or Infinity",
  moment: "a number of milliseconds since the epoch, or Infinity",
  anyDuration: "a duration, such as 500 (milliseconds) or \"5 minutes\"",
  duration: "a duration of 0 milliseconds or more, such as 500 or \"5 minutes\"",
  durationAboveZero: "a duration above zero, such as 500 (milliseconds) or \"5 minutes\"",
  durationOrFunction:
    "a duration of 0 milliseconds or more, such as 500 or \"5 minutes\", or a function that returns one"
} as const
