/**
 * Whether a bucket tells of its changes, as docs/s3-notifications.md wants it.
 */
import type { Event, NotificationConfigurationFilter } from "@aws-sdk/client-s3"
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import { isUnknownToServer, reasonOf } from "./Answer.js"
import type { Facts } from "./Facts.js"
import { found, good, type Judgement, note, unseen, untried } from "./Finding.js"
import { statementFor } from "./policyStatements.js"

/** Some of the events, sent to one place. */
interface Sending {
  readonly to: string
  readonly events: ReadonlyArray<string>
  readonly filter: NotificationConfigurationFilter | undefined
}

/** A kind of change, and which events tell of it: all that one word stands for, or each. */
interface Kind {
  readonly event: string
  readonly says: string
  readonly told: (events: ReadonlySet<string>) => boolean
}

const created = ["Put", "Post", "Copy", "CompleteMultipartUpload"].map((how) => `s3:ObjectCreated:${how}`)
const removed = ["Delete", "DeleteMarkerCreated"].map((how) => `s3:ObjectRemoved:${how}`)
const expired = ["Delete", "DeleteMarkerCreated"].map((how) => `s3:LifecycleExpiration:${how}`)

const tells = (all: string, each: ReadonlyArray<string>) => (events: ReadonlySet<string>): boolean =>
  events.has(all) || each.every((event) => events.has(event))

const kinds: ReadonlyArray<Kind> = [
  { event: "s3:ObjectCreated:*", says: "what is written", told: tells("s3:ObjectCreated:*", created) },
  { event: "s3:ObjectRemoved:*", says: "what is removed", told: tells("s3:ObjectRemoved:*", removed) }
]

const expiration: Kind = {
  event: "s3:LifecycleExpiration:*",
  says: "what lifecycle rules remove",
  // The second is what Ceph calls it.
  told: (events) => tells("s3:LifecycleExpiration:*", expired)(events) || events.has("s3:ObjectLifecycle:Expiration:*")
}

/** Whether a filter lets pass all that is under a prefix. Names of its rules are in any case. */
const letsPass = ({ filter }: Sending, prefix: string): boolean =>
  (filter?.Key?.FilterRules ?? []).every(({ Name = "", Value = "" }) => {
    const name = Name.toLowerCase()
    return name === "prefix" ? prefix.startsWith(Value) : name === "suffix" && Value === ""
  })

const whichRules = ({ filter }: Sending): string =>
  (filter?.Key?.FilterRules ?? []).map(({ Name = "", Value = "" }) => `${Name.toLowerCase()} "${Value}"`).join(" and ")

const todoFor = (keyPrefix: string) =>
  "send s3:ObjectCreated:*, s3:ObjectRemoved:* and s3:LifecycleExpiration:* to a topic of SNS, with " +
  (keyPrefix === "" ? "no filter" : `the prefix ${keyPrefix}`) +
  " (put-bucket-notification-configuration replaces the whole configuration)"

/** What is said of the places that are sent something. */
const judgeSendings = (sendings: ReadonlyArray<Sending>, keyPrefix: string): Judgement => {
  const todo = todoFor(keyPrefix)
  const places = [...new Set(sendings.map(({ to }) => to))].map((to) => {
    const passing = sendings.filter((sending) => sending.to === to && letsPass(sending, keyPrefix))
    const events = new Set(passing.flatMap((sending) => sending.events))
    return { to, passing, events, missing: kinds.filter(({ told }) => !told(events)) }
  })
  const best = places.reduce<(typeof places)[number] | undefined>(
    (one, other) => one === undefined || other.missing.length < one.missing.length ? other : one,
    undefined
  )
  if (best === undefined) return found("the bucket sends nothing: nobody hears of changes", todo)
  const stopped = sendings.find((sending) => !letsPass(sending, keyPrefix))
  if (best.passing.length === 0 && stopped !== undefined) {
    return found(`the filter ${whichRules(stopped)} keeps back changes under ${keyPrefix}`, todo)
  }
  if (best.missing.length > 0) {
    const events = best.missing.map(({ event }) => event).join(" and ")
    return found(`${best.to} does not hear of ${best.missing.map(({ says }) => says).join(" and ")} (${events})`, todo)
  }
  if (best.to.endsWith(".fifo")) {
    return found(`${best.to} is a FIFO, which S3 cannot send to`, "take a standard one")
  }
  const which = best.to.includes(":sqs:") ? `${best.to}, a queue that one process alone may read` : best.to
  return expiration.told(best.events)
    ? good(`changes go to ${which}`)
    : note(
      `changes go to ${which}, but for ${expiration.says} (${expiration.event})`,
      "add it, if rules remove what is still in memory somewhere"
    )
}

/** Whether memory can hear of changes in this bucket. */
export const judgeNotifications = ({ notifications, place }: Facts): Judgement => {
  const { bucket, keyPrefix } = place
  if (isDirectoryBucket(bucket)) {
    return found("a directory bucket sends no notifications", "say notice: a duration, in place of \"pushed\"")
  }
  if (notifications === undefined) return untried
  if (!notifications.isDone) {
    return isUnknownToServer(notifications)
      ? unseen("the server knows no notifications")
      : reasonOf(notifications) === "AccessDenied"
      ? { ...unseen("the role may not look at them"), policy: statementFor("s3:GetBucketNotification", place) }
      : unseen(`they could not be looked at. ${notifications.error.detail}`)
  }
  const { EventBridgeConfiguration, QueueConfigurations = [], TopicConfigurations = [] } = notifications.output
  const sending = (
    to: string | undefined,
    events: ReadonlyArray<Event> = [],
    filter?: NotificationConfigurationFilter
  ) => to === undefined ? [] : [{ to, events, filter }]
  const judged = judgeSendings([
    ...TopicConfigurations.flatMap(({ Events, Filter, TopicArn }) => sending(TopicArn, Events, Filter)),
    ...QueueConfigurations.flatMap(({ Events, Filter, QueueArn }) => sending(QueueArn, Events, Filter))
  ], keyPrefix)
  return judged.outcome === "found" && EventBridgeConfiguration !== undefined
    ? good("all events go to EventBridge: whether a rule there sends them on is not seen from here")
    : judged
}
