/**
 * What verbs have in common.
 */
import { flag, type Operand, whole } from "../arguments/Option.js"

/** Prints JSON. */
export const jsonOption = flag("json", "prints JSON, for programs")

/** Shows what would be done. */
export const dryRunOption = flag("dry-run", "changes nothing: shows what would be done")

/** Does not ask. */
export const yesOption = flag("yes", "does not ask")

/** How many requests run at the same time. */
export const concurrencyOption = whole("concurrency", "N", "how many requests run at the same time; 32 by default")

/** As many as the connections of the SDK allow without waiting, and far fewer than S3 takes of one prefix. */
export const defaultConcurrency = 32

/** A keyspace, or a version of it. */
export const keyspaceOperand: Operand = {
  name: "KEYSPACE",
  says: "a keyspace such as users, or one version of it such as users:2"
}
