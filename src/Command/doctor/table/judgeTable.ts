/**
 * Whether a table does what the cache wants of it.
 */
import type { ObjectStoreReason } from "../../../S3Store/objects/ObjectStoreErrors.js"
import { type Answer, detailOf, isUnknownToServer, reasonOf, saidOf } from "../Answer.js"
import { found, good, type Judgement, note, unseen, untried } from "../Finding.js"
import { type TableAction, tableStatementFor } from "../policyStatements.js"
import { isWhatWasWritten } from "./examineTable.js"
import type { TableFacts } from "./TableFacts.js"

const way =
  "look at the endpoint, proxies and security groups; in a VPC without internet DynamoDB needs a gateway endpoint"

/** Faults of the table and the way to it. */
const placeFaults: Partial<Record<ObjectStoreReason, string>> = {
  NoSuchBucket: "make the table, with the partition key pk and the sort key sk, or correct the name and --region",
  WrongRegion: "say the region of the table: --region here, region in clientConfig or AWS_REGION in your program",
  WrongEndpoint: "look at --endpoint, AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB",
  Network: way,
  Timeout: way,
  Unavailable: "wait, and try again",
  Throttled: "wait, and try again; or let the table be paid for on demand",
  Unknown: "is it DynamoDB that answers there?"
}

/** Whether the table is where the client looks for it. */
export const judgeTable = ({ absent, described, place }: TableFacts): Judgement => {
  if (absent === undefined) return untried
  const reason = reasonOf(absent)
  // Whether it is there is not told to who is not known.
  if (reason === "Credentials" || reason === "ClockSkew") return untried
  const todo = reason === undefined ? undefined : placeFaults[reason]
  if (todo !== undefined) return found(detailOf(absent), todo)
  if (reason === "AccessDenied" && described?.isDone !== true) {
    return unseen("whether it is there is not told to who may neither read nor describe it")
  }
  const status = described?.isDone === true ? described.output.TableStatus : undefined
  const where = place.region === undefined ? "" : `, asked for in ${place.region}`
  return status === undefined || status === "ACTIVE"
    ? good(`it is there${where}`)
    : note(`it is there${where}, and its state is ${status}`, "wait until it is ACTIVE")
}

/** The keys, which nobody can change. */
export const judgeKeys = ({ absent, described }: TableFacts): Judgement => {
  const todo = "make another table, with the partition key pk and the sort key sk, both strings (S)"
  if (described?.isDone === true) {
    const { AttributeDefinitions = [], KeySchema = [] } = described.output
    const keys = KeySchema.map(({ AttributeName, KeyType }) => {
      const type = AttributeDefinitions.find((each) => each.AttributeName === AttributeName)?.AttributeType
      return `${AttributeName} (${KeyType}, ${type})`
    })
    const has = keys.join(", ")
    return has === "pk (HASH, S), sk (RANGE, S)"
      ? good("pk and sk, both strings")
      : found(`it has the keys ${has}: nothing can be read or written`, todo)
  }
  if (absent === undefined) return untried
  if (reasonOf(absent) === "Rejected") return found(saidOf(absent), todo)
  return absent.isDone ? good("pk and sk, as reads are answered") : untried
}

/** Whether something may be done, and the statement that is missing where it may not. */
const judgeAction = (
  facts: TableFacts,
  answer: Answer<unknown> | undefined,
  action: TableAction,
  says: { readonly good: string; readonly denied: string; readonly failed: string }
): Judgement => {
  if (answer === undefined) return untried
  if (answer.isDone) return good(says.good)
  return reasonOf(answer) === "AccessDenied"
    ? found(
      `${says.denied}. ${saidOf(answer)}`,
      "add this to the policy of the role",
      tableStatementFor(action, facts.place)
    )
    : found(`${says.failed}. ${detailOf(answer)}`, "look at what DynamoDB says")
}

/** `dynamodb:DeleteItem`. */
export const judgeItemRemove = (facts: TableFacts): Judgement =>
  judgeAction(facts, facts.remove, "dynamodb:DeleteItem", {
    good: "items can be removed",
    denied: "removing is denied",
    failed: "nothing can be removed"
  })

/** `dynamodb:PutItem`. */
export const judgeItemWrite = (facts: TableFacts): Judgement =>
  judgeAction(facts, facts.write, "dynamodb:PutItem", {
    good: facts.isDryWrite === true
      ? "items may be written; none was, as it could not be removed"
      : "items can be written",
    denied: "writing is denied",
    failed: "nothing can be written"
  })

/** `dynamodb:GetItem`, and whether what was written is read. */
export const judgeItemRead = (facts: TableFacts): Judgement => {
  const { absent, read } = facts
  const says = { good: "what was written comes back", denied: "reading is denied", failed: "nothing can be read" }
  if (absent !== undefined && reasonOf(absent) === "AccessDenied") {
    return judgeAction(facts, absent, "dynamodb:GetItem", says)
  }
  if (read === undefined) return absent?.isDone === true ? good("what is absent is absent") : untried
  if (!read.isDone) return judgeAction(facts, read, "dynamodb:GetItem", says)
  return read.output._tag === "Found" && isWhatWasWritten(read.output.body)
    ? good(says.good)
    : found("what was read is not what was written", "is it DynamoDB that answers there?")
}

/** `dynamodb:Query`. */
export const judgeQuery = (facts: TableFacts): Judgement => {
  const { list, write } = facts
  if (list?.isDone === true && !list.output && facts.isDryWrite !== true && write?.isDone === true) {
    return found("what was written is not in the list", "is it DynamoDB that answers there?")
  }
  return judgeAction(facts, list, "dynamodb:Query", {
    good: "items can be listed",
    denied: "listing is denied: there is no list, purge and clear",
    failed: "items cannot be listed"
  })
}

/** `dynamodb:BatchWriteItem`. */
export const judgeBatch = (facts: TableFacts): Judgement =>
  judgeAction(facts, facts.removeAll, "dynamodb:BatchWriteItem", {
    good: "many can be removed at once",
    denied: "removing many at once is denied: clear and purge fail",
    failed: "many cannot be removed at once"
  })

/** Whether writes on conditions are refused when they must be, and done when they must not. */
export const judgeItemConditions = ({ addToExisting, replace }: TableFacts): Judgement => {
  if (addToExisting === undefined || replace === undefined) return untried
  const failed = [addToExisting, replace.wrong, replace.right].find(({ isDone }) => !isDone)
  if (failed !== undefined) return found(detailOf(failed), "look at what DynamoDB says")
  const tagOf = (answer: typeof addToExisting) => answer.isDone ? answer.output._tag : ""
  return tagOf(addToExisting) === "Refused" && tagOf(replace.wrong) === "Refused" && tagOf(replace.right) === "Written"
    ? good("are honoured")
    : found("conditions are not honoured: there is no add, modify and lease", "is it DynamoDB that answers there?")
}

/** The same of removals. */
export const judgeItemRemoveConditions = ({ removeIfMatch }: TableFacts): Judgement => {
  if (removeIfMatch === undefined) return untried
  if (!removeIfMatch.isDone) return found(detailOf(removeIfMatch), "look at what DynamoDB says")
  return removeIfMatch.output === "refused"
    ? good("are honoured")
    : found("a removal of another item was not refused", "is it DynamoDB that answers there?")
}

/** What could not be looked at: the cache needs no such permission. */
const unseenOf = (answer: Answer<unknown>, action: TableAction): Judgement =>
  unseen(
    isUnknownToServer(answer) && reasonOf(answer) !== "AccessDenied"
      ? `the server does not tell. ${saidOf(answer)}`
      : `the role may not look at it (${action})`
  )

/** Whether DynamoDB removes what is over. */
export const judgeTimeToLive = ({ expiresAttribute, place, timeToLive }: TableFacts): Judgement => {
  if (timeToLive === undefined) return untried
  if (!timeToLive.isDone) return unseenOf(timeToLive, "dynamodb:DescribeTimeToLive")
  const { AttributeName, TimeToLiveStatus } = timeToLive.output
  const todo = `aws dynamodb update-time-to-live --table-name ${place.table} ` +
    `--time-to-live-specification Enabled=true,AttributeName=${expiresAttribute}`
  switch (TimeToLiveStatus) {
    case "ENABLED":
    case "ENABLING":
      return AttributeName === expiresAttribute
        ? good(`DynamoDB removes what is over, by ${expiresAttribute}`)
        : found(
          `it is switched on for the attribute ${AttributeName}, and entries have ${expiresAttribute}: nothing is removed`,
          `say expiresAttribute: "${AttributeName}" in the program, and --expires-attribute here`
        )
    case "DISABLING":
      return found("it is being switched off: what is over and is never read again will stay, and be paid for", todo)
    default:
      return found("it is switched off: what is over and is never read again stays, and is paid for", todo)
  }
}

/** How the table is paid for. */
export const judgeCapacity = ({ described }: TableFacts): Judgement => {
  if (described === undefined) return untried
  if (!described.isDone) return unseenOf(described, "dynamodb:DescribeTable")
  const { BillingModeSummary, OnDemandThroughput, ProvisionedThroughput } = described.output
  const { ReadCapacityUnits: reads = 0, WriteCapacityUnits: writes = 0 } = ProvisionedThroughput ?? {}
  if (BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST") {
    return note(
      `provisioned: ${reads} reads and ${writes} writes in a second, and what is more is throttled`,
      "for load that comes and goes: aws dynamodb update-table --billing-mode PAY_PER_REQUEST"
    )
  }
  const { MaxReadRequestUnits: mostReads = -1, MaxWriteRequestUnits: mostWrites = -1 } = OnDemandThroughput ?? {}
  const limits = [
    ...mostReads > 0 ? [`${mostReads} reads`] : [],
    ...mostWrites > 0 ? [`${mostWrites} writes`] : []
  ].join(" and ")
  return limits === ""
    ? good("on demand")
    : note(`on demand, ${limits} in a second at most, and what is more is throttled`)
}

/** Whether anything is left of the examination. */
export const judgeItemLeft = ({ isDryWrite, isLeft, write }: TableFacts): Judgement =>
  write === undefined || isDryWrite === true
    ? good("nothing was written")
    : isLeft
    ? note("an item .probe/UUID could not be removed again")
    : good("all that was written is removed again")
