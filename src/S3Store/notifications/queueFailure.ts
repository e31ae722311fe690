/**
 * What a rejection of a client of SQS or SNS means.
 */
import { oneLine } from "../../ClientLayer/secrets/oneLine.js"
import { maskRejection } from "../bucket/maskRejection.js"
import { nameOf, statusOf } from "../bucket/toObjectStoreError.js"

/** Why a request came to nothing. */
export interface QueueFailure {
  /** Whether it will stay so until somebody changes the set-up. */
  readonly isSetup: boolean
  /** Whether there is no such queue. */
  readonly isGone: boolean
  /** In words. */
  readonly detail: string
  /** What was thrown, masked. */
  readonly cause: Error
}

const noQueue = "there is no such queue in the client's account and region"

/** What stays as it is, and what to look at. Names of SQS and SNS, in the words of both of their protocols. */
const setups: Readonly<Record<string, string>> = {
  QueueDoesNotExist: noQueue,
  "AWS.SimpleQueueService.NonExistentQueue": noQueue,
  NotFound: "there is no such topic",
  NotFoundException: "there is no such topic",
  AccessDenied: "access denied",
  AccessDeniedException: "access denied",
  AuthorizationError: "access denied",
  AuthorizationErrorException: "access denied",
  InvalidClientTokenId: "the credentials are not accepted",
  UnrecognizedClientException: "the credentials are not accepted",
  SignatureDoesNotMatch: "the credentials are not accepted",
  InvalidAddress: "the URL is not one of a queue",
  InvalidParameter: "the request was refused",
  InvalidParameterException: "the request was refused",
  InvalidAttributeName: "the request was refused",
  InvalidAttributeValue: "the request was refused",
  InvalidParameterValue: "the request was refused"
}

/** The actions that a request needs. */
const actions: Readonly<Record<string, string>> = {
  find: "sqs:GetQueueUrl on the queue",
  receive: "sqs:ReceiveMessage on the queue",
  delete: "sqs:DeleteMessage on the queue",
  create: "sqs:CreateQueue, sqs:TagQueue, sqs:GetQueueAttributes and sqs:SetQueueAttributes on queues of this prefix",
  subscribe: "sns:Subscribe on the topic",
  list: "sqs:ListQueues and sqs:ListQueueTags",
  remove: "sqs:DeleteQueue on queues of this prefix, and sns:Unsubscribe on the topic"
}

/** What a rejection means. */
export const queueFailure = (operation: keyof typeof actions, rejection: unknown): QueueFailure => {
  const cause = maskRejection(rejection)
  const code = nameOf(cause)
  const status = statusOf(cause)
  const lead = setups[code]
  const said = `${status === undefined ? "" : `the answer was ${status} `}${oneLine(code, 80)}: ${
    oneLine(cause.message === "" ? code : cause.message, 200)
  }`
  const need = lead === "access denied" ? `. The role needs ${actions[operation] ?? "more"}` : ""
  return {
    isSetup: lead !== undefined,
    isGone: lead === noQueue,
    detail: lead === undefined ? said : `${lead}${need}. ${said}`,
    cause
  }
}
