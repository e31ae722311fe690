/**
 * Messages of S3 about a bucket, in the forms that AWS documents.
 */
import type { EmbeddedS3Change } from "effect-aws-cache/testing"

let sequence = 0

/** What orders the changes of a key. */
const nextSequencer = (): string => (0x617f08299329d189n + BigInt(++sequence)).toString(16).toUpperCase()

const time = "2026-11-30T12:00:00.000Z"

/** Keys are written as forms are. */
const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+")

/** A record of a notification. */
export const recordOf = ({ bucket, etag, event, key, size }: EmbeddedS3Change) => ({
  eventVersion: "2.3",
  eventSource: "aws:s3",
  awsRegion: "eu-central-1",
  eventTime: time,
  eventName: event,
  userIdentity: { principalId: "AWS:AIDAJDPLRKLG7UEXAMPLE" },
  requestParameters: { sourceIPAddress: "192.0.2.3" },
  responseElements: {
    "x-amz-request-id": "C3D13FE58DE4C810",
    "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S"
  },
  s3: {
    s3SchemaVersion: "1.0",
    configurationId: "app-cache",
    bucket: { name: bucket, ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: `arn:aws:s3:::${bucket}` },
    object: {
      key: encodeKey(key),
      ...(etag === "" ? {} : { size, eTag: etag.replaceAll("\"", "") }),
      sequencer: nextSequencer()
    }
  }
})

/** As S3 sends it. */
export const notificationOf = (change: EmbeddedS3Change): string => JSON.stringify({ Records: [recordOf(change)] })

/** As EventBridge sends it. */
export const eventOf = ({ bucket, etag, event, key, size }: EmbeddedS3Change): string =>
  JSON.stringify({
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": etag === "" ? "Object Deleted" : "Object Created",
    source: "aws.s3",
    account: "111122223333",
    time: "2026-11-30T12:00:00Z",
    region: "eu-central-1",
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: "0",
      bucket: { name: bucket },
      object: {
        key,
        ...(etag === "" ? {} : { size, etag: etag.replaceAll("\"", "") }),
        sequencer: nextSequencer()
      },
      "request-id": "N4N7GDK58NMKJ12R",
      requester: "111122223333",
      "source-ip-address": "192.0.2.3",
      ...(etag === "" ? { reason: "DeleteObject", "deletion-type": "Permanently Deleted" } : { reason: "PutObject" }),
      ...(event === "ObjectCreated:CompleteMultipartUpload" ? { reason: "CompleteMultipartUpload" } : {})
    }
  })

/** In the envelope that SNS puts around it. */
export const envelopeOf = (message: string): string =>
  JSON.stringify({
    Type: "Notification",
    MessageId: "da41e39f-ea4d-435a-b922-c6aae3915ebe",
    TopicArn: "arn:aws:sns:eu-central-1:111122223333:app-cache",
    Subject: "Amazon S3 Notification",
    Message: message,
    Timestamp: time,
    SignatureVersion: "1",
    Signature: "EXAMPLEpH+",
    SigningCertURL: "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem",
    UnsubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe"
  })

/** By which S3 tries whether it may send. */
export const testMessageOf = (bucket: string): string =>
  JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: time,
    Bucket: bucket,
    RequestId: "5582815E1AEA5ADF",
    HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"
  })
