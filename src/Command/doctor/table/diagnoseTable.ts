/**
 * What is wrong with a table, for a cache.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CacheConfigError } from "../../../Cache/errors/CacheErrors.js"
import { type Diagnosis, type Judgement, type TableCheck, tableChecks } from "../Finding.js"
import { judgeClock, judgeCredentials } from "../judgeAccess.js"
import { type ExaminedTable, examineTable } from "./examineTable.js"
import {
  judgeBatch,
  judgeCapacity,
  judgeItemConditions,
  judgeItemLeft,
  judgeItemRead,
  judgeItemRemove,
  judgeItemRemoveConditions,
  judgeItemWrite,
  judgeKeys,
  judgeQuery,
  judgeTable,
  judgeTimeToLive
} from "./judgeTable.js"
import type { TableFacts } from "./TableFacts.js"

const judges: Readonly<Record<TableCheck, (facts: TableFacts) => Judgement>> = {
  credentials: judgeCredentials,
  table: judgeTable,
  clock: judgeClock,
  keys: judgeKeys,
  remove: judgeItemRemove,
  write: judgeItemWrite,
  read: judgeItemRead,
  list: judgeQuery,
  "conditional-writes": judgeItemConditions,
  "conditional-deletes": judgeItemRemoveConditions,
  "batch-removals": judgeBatch,
  "time-to-live": judgeTimeToLive,
  capacity: judgeCapacity,
  probes: judgeItemLeft
}

/** Examines a table, and judges each of its answers. It leaves nothing in the table. */
export const diagnoseTable = (
  examined: ExaminedTable
): Effect.Effect<Diagnosis, CacheConfigError, Scope.Scope> =>
  Effect.map(examineTable(examined), ({ facts, requests }): Diagnosis => ({
    target: `dynamodb://${examined.table}/${examined.keyPrefix}`,
    findings: tableChecks.map((check) => ({ check, ...judges[check](facts) })),
    requests
  }))
