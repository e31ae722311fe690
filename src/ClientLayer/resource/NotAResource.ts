/**
 * What a definition does not take for its resource.
 */

/** What `make` gave is no such resource. */
export class NotAResource extends TypeError {}
