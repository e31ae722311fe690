/**
 * In Effect 4 a `TestClock` warns by the console of the machine, and not through the logger of the test.
 */
export {}
