/** A guard for stores that are to remember every failure: which ones there are is for the test to say. */
export const anyFailure = <F>(_error: unknown): _error is F => true
