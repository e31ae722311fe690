import type { S3ClientConfig } from "@aws-sdk/client-s3"
import { CredentialsProviderError } from "@smithy/core/config"
import { createHash } from "node:crypto"
import type { CheckName } from "../../../src/Command/doctor/Finding.js"
import { denied, errorXml, type SpoiledRequest, type Spoiling, xml } from "../../servers/SpoiledS3.js"

/** A bucket that is spoiled in one way. */
export interface Spoiled {
  readonly way: string
  readonly finds: ReadonlyArray<CheckName>
  /** Words of what it says, or of what it says to do. */
  readonly says: RegExp
  readonly spoiling?: Spoiling
  readonly config?: S3ClientConfig
  /** Of the embedded server. */
  readonly conditionalWrites?: false
}

const isRead = ({ key, method }: SpoiledRequest) => method === "GET" && key !== ""
const isAbsentRead = (request: SpoiledRequest) => isRead(request) && request.key.endsWith(".absent")
const isList = ({ query }: SpoiledRequest) => query.has("list-type")

const refusing = (is: (request: SpoiledRequest) => boolean, answer: ReturnType<typeof errorXml>): Spoiling => ({
  answer: (request) => is(request) ? answer : undefined
})

const objects = "arn:aws:s3:::spoiled/cache/x"

/** The configuration of a bucket that nothing is wrong with. */
export const goodSetUp = ({ query }: SpoiledRequest) =>
  query.has("lifecycle")
    ? lifecycle(rule("all", "cache/", expiring(30)))
    : query.has("versioning")
    ? xml("VersioningConfiguration", "")
    : query.has("notification")
    ? notifying(topic(topicArn, everything, "cache/"))
    : query.has("object-lock")
    ? errorXml(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
    : query.has("encryption")
    ? xml(
      "ServerSideEncryptionConfiguration",
      "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>" +
        "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
    )
    : undefined

export const topicArn = "arn:aws:sns:us-east-1:111122223333:app-cache"
export const queueArn = "arn:aws:sqs:us-east-1:111122223333:app-cache"
export const everything = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]

/** The configuration of notifications, of its parts. */
export const notifying = (...parts: ReadonlyArray<string>) => xml("NotificationConfiguration", parts.join(""))

const sent = (kind: string, place: string, events: ReadonlyArray<string>, prefix?: string, suffix?: string) => {
  const rules = [["prefix", prefix], ["suffix", suffix]].flatMap(([name, value]) =>
    value === undefined ? [] : [`<FilterRule><Name>${name}</Name><Value>${value}</Value></FilterRule>`]
  ).join("")
  return `<${kind}><Id>${kind}</Id>${place}${events.map((event) => `<Event>${event}</Event>`).join("")}` +
    `<Filter><S3Key>${rules}</S3Key></Filter></${kind}>`
}

export const topic = (arn: string, events: ReadonlyArray<string>, prefix?: string, suffix?: string) =>
  sent("TopicConfiguration", `<Topic>${arn}</Topic>`, events, prefix, suffix)
export const queue = (arn: string, events: ReadonlyArray<string>, prefix?: string) =>
  sent("QueueConfiguration", `<Queue>${arn}</Queue>`, events, prefix)

const lifecycle = (...rules: ReadonlyArray<string>) => xml("LifecycleConfiguration", rules.join(""))
const rule = (id: string, prefix: string, inner: string, status = "Enabled", filter = `<Prefix>${prefix}</Prefix>`) =>
  `<Rule><ID>${id}</ID><Filter>${filter}</Filter><Status>${status}</Status>${inner}</Rule>`
const expiring = (days: number) => `<Expiration><Days>${days}</Days></Expiration>`
const moving = (days: number, to: string) =>
  `<Transition><Days>${days}</Days><StorageClass>${to}</StorageClass></Transition>`
const withRules = (...rules: ReadonlyArray<string>): Spoiling => ({
  answer: ({ query }) => query.has("lifecycle") ? lifecycle(...rules) : undefined
})

/** Every way in which a bucket, or the way to it, is spoiled, and what the doctor finds. */
export const spoilings: ReadonlyArray<Spoiled> = [
  {
    way: "no credentials",
    finds: ["credentials"],
    says: /Could not load credentials.*AWS_PROFILE/s,
    config: {
      credentials: () => Promise.reject(new CredentialsProviderError("Could not load credentials from any providers"))
    }
  },
  {
    way: "a token that has expired",
    finds: ["credentials"],
    says: /provided token has expired/,
    spoiling: { answer: () => errorXml(400, "ExpiredToken", "The provided token has expired.") }
  },
  {
    way: "credentials whose time is over",
    finds: ["credentials"],
    says: /from the program: expired 2h ago/,
    config: {
      credentials: {
        accessKeyId: "AKIAEXAMPLE",
        secretAccessKey: "secret",
        // As it is asked for: others of these take their time before.
        get expiration() {
          return new Date(Date.now() - 2 * 3_600_000 - 30_000)
        }
      }
    }
  },
  {
    way: "a clock that S3 refuses",
    finds: ["clock"],
    says: /clock of this machine is wrong.*NTP/s,
    spoiling: {
      answer: () =>
        errorXml(
          403,
          "RequestTimeTooSkewed",
          "The difference between the request time and the current time is too large.",
          "<ServerTime>2026-01-01T00:00:00Z</ServerTime>"
        )
    }
  },
  {
    way: "no bucket",
    finds: ["bucket"],
    says: /there is no bucket spoiled/,
    spoiling: { answer: () => errorXml(404, "NoSuchBucket", "The specified bucket does not exist") }
  },
  {
    way: "another region",
    finds: ["bucket"],
    says: /is in eu-west-1, the client in us-east-1.*--region/s,
    spoiling: {
      answer: () => ({
        ...errorXml(
          301,
          "PermanentRedirect",
          "The bucket you are attempting to access must be addressed using the specified endpoint.",
          "<Endpoint>spoiled.s3-eu-west-1.amazonaws.com</Endpoint><Bucket>spoiled</Bucket>"
        ),
        headers: { "content-type": "application/xml", "x-amz-bucket-region": "eu-west-1" }
      })
    }
  },
  {
    way: "a clock that is an hour ahead",
    finds: ["clock"],
    says: /clock is (59m|1h).* behind the server's/,
    spoiling: { headers: (headers) => ({ ...headers, date: new Date(Date.now() + 3_600_000).toUTCString() }) }
  },
  {
    way: "no s3:DeleteObject",
    finds: ["remove"],
    says: /s3:DeleteObject/,
    spoiling: refusing(({ method }) => method === "DELETE", denied("s3:DeleteObject", objects))
  },
  {
    way: "no s3:PutObject",
    finds: ["write"],
    says: /s3:PutObject/,
    spoiling: refusing(({ method }) => method === "PUT", denied("s3:PutObject", objects))
  },
  {
    way: "no s3:GetObject",
    finds: ["read"],
    says: /s3:GetObject/,
    spoiling: refusing(isRead, denied("s3:GetObject", objects))
  },
  {
    way: "no s3:ListBucket",
    finds: ["absent", "list"],
    says: /403 instead of 404.*onAccessDenied: "miss"/s,
    spoiling: refusing(
      (request) => isAbsentRead(request) || isList(request),
      denied("s3:ListBucket", "arn:aws:s3:::spoiled")
    )
  },
  {
    way: "s3:ListBucket under a condition on s3:prefix",
    finds: ["absent"],
    says: /condition on s3:prefix/,
    spoiling: refusing(isAbsentRead, denied("s3:ListBucket", "arn:aws:s3:::spoiled"))
  },
  {
    way: "no permission to use the key for writing",
    finds: ["encryption"],
    says: /used to write.*kms:GenerateDataKey/s,
    spoiling: refusing(
      ({ method }) => method === "PUT",
      denied("kms:GenerateDataKey", "arn:aws:kms:us-east-1:111122223333:key/k")
    )
  },
  {
    way: "no permission to use the key for reading",
    finds: ["encryption"],
    says: /used to read.*kms:Decrypt/s,
    spoiling: refusing(
      (request) => isRead(request) && !isAbsentRead(request),
      denied("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k")
    )
  },
  {
    way: "a key that is disabled",
    finds: ["encryption"],
    says: /KMS\.DisabledException/,
    spoiling: refusing(
      ({ method }) => method === "PUT",
      errorXml(400, "KMS.DisabledException", "arn:aws:kms:us-east-1:111122223333:key/k is disabled.")
    )
  },
  {
    way: "a policy that wants a key of the customer",
    finds: ["write"],
    says: /only with SSE-C.*SSECustomerKey/s,
    spoiling: refusing(
      ({ headers, method }) =>
        method === "PUT" && headers["x-amz-server-side-encryption-customer-algorithm"] === undefined,
      denied("s3:PutObject", objects)
    )
  },
  {
    way: "a policy that wants aws:kms to be said",
    finds: ["write"],
    says: /ServerSideEncryption: "aws:kms"/,
    spoiling: refusing(
      ({ headers, method }) => method === "PUT" && headers["x-amz-server-side-encryption"] !== "aws:kms",
      denied("s3:PutObject", objects)
    )
  },
  {
    way: "a requester who pays",
    finds: ["requester-pays"],
    says: /RequestPayer/,
    spoiling: refusing(
      ({ headers, query }) =>
        headers["x-amz-request-payer"] === undefined && goodSetUpNames.every((name) => !query.has(name)),
      errorXml(403, "AccessDenied", "Access Denied")
    )
  },
  {
    way: "checksums that are refused",
    finds: ["checksums"],
    says: /requestChecksumCalculation/,
    spoiling: refusing(
      ({ headers, method }) =>
        method === "PUT" && Object.keys(headers).some((name) => /^x-amz-(sdk-)?checksum/.test(name)),
      errorXml(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
    )
  },
  {
    way: "bodies that are changed on their way",
    finds: ["read"],
    says: /not what was written/,
    spoiling: {
      answer: (request) =>
        isRead(request) && !isAbsentRead(request) && request.headers["range"] === undefined
          && request.headers["if-none-match"] === undefined
          ? { headers: { etag: etagOfContent }, body: "something else" }
          : undefined
    }
  },
  {
    way: "no ETags",
    finds: ["etags"],
    says: /no ETag/,
    spoiling: { headers: ({ etag: _, ...headers }) => headers }
  },
  {
    way: "ETags that are not of the content",
    finds: ["etags"],
    says: /another content has the same ETag/,
    spoiling: {
      headers: (headers) => "etag" in headers ? { ...headers, etag: "\"0123456789abcdef\"" } : headers,
      answer: ({ headers, method }) =>
        method === "GET" && headers["if-none-match"] === "\"0123456789abcdef\""
          ? { status: 304 }
          : method !== "GET" && headers["if-match"] === "\"0123456789abcdef\""
          ? { headers: { etag: "\"0123456789abcdef\"" } }
          : isNamed(headers["if-match"])
          ? errorXml(412, "PreconditionFailed", "no")
          : undefined
    }
  },
  {
    way: "revalidations that are answered with everything",
    finds: ["unchanged"],
    says: /if-none-match is ignored by reads/,
    spoiling: { without: (request) => isRead(request) ? ["if-none-match"] : [] }
  },
  {
    way: "ranges that are ignored",
    finds: ["ranges"],
    says: /ranges are ignored/,
    spoiling: { without: () => ["range"] }
  },
  {
    way: "conditions that are ignored",
    finds: ["conditional-writes"],
    says: /if-none-match: \* and if-match ignored/,
    conditionalWrites: false
  },
  {
    way: "conditions that are refused",
    finds: ["conditional-writes"],
    says: /if-none-match: \* is not understood/,
    spoiling: refusing(
      ({ headers, method }) => method === "PUT" && isNamed(headers["if-none-match"] ?? headers["if-match"]),
      errorXml(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
    )
  },
  {
    way: "a list without what was written",
    finds: ["list"],
    says: /not in the list/,
    spoiling: refusing(isList, xml("ListBucketResult", "<IsTruncated>false</IsTruncated><KeyCount>0</KeyCount>"))
  },
  {
    way: "markers of tags that go before entries",
    finds: ["lifecycle"],
    says: /rule "tags" removes the markers of tags \(cache\/\.tags\/\) after 7 days, and entries stay 30 days/,
    spoiling: withRules(rule("all", "cache/", expiring(30)), rule("tags", "cache/.tags/", expiring(7)))
  },
  {
    way: "small objects that go before large ones",
    finds: ["lifecycle"],
    says: /rule "small" removes the markers/,
    spoiling: withRules(rule(
      "small",
      "",
      expiring(90),
      "Enabled",
      "<And><Prefix>cache/</Prefix><ObjectSizeLessThan>4096</ObjectSizeLessThan></And>"
    ))
  },
  {
    way: "no rules",
    finds: ["lifecycle"],
    says: /no rule removes objects under the prefix/,
    spoiling: refusing(
      ({ query }) => query.has("lifecycle"),
      errorXml(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
    )
  },
  {
    way: "rules that are disabled, for others, or for what has tags",
    finds: ["lifecycle"],
    says: /no rule removes objects under the prefix/,
    spoiling: withRules(
      rule("off", "cache/", expiring(30), "Disabled"),
      rule("others", "logs/", expiring(30)),
      rule("tagged", "", expiring(30), "Enabled", "<Tag><Key>a</Key><Value>b</Value></Tag>"),
      rule(
        "parts",
        "",
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
      )
    )
  },
  {
    way: "a move to Glacier",
    finds: ["transitions"],
    says: /moves objects to GLACIER after 7 days, where reads fail/,
    spoiling: withRules(rule("all", "", `${expiring(30)}${moving(7, "GLACIER")}`))
  },
  {
    way: "a move to infrequent access",
    finds: ["transitions"],
    says: /moves objects to STANDARD_IA after 30 days/,
    spoiling: withRules(rule("all", "", `${expiring(90)}${moving(30, "STANDARD_IA")}`))
  },
  {
    way: "versions that pile up",
    finds: ["versions"],
    says: /NoncurrentVersionExpiration for cache\//,
    spoiling: {
      answer: ({ query }) =>
        query.has("versioning") ? xml("VersioningConfiguration", "<Status>Enabled</Status>") : undefined
    }
  },
  {
    way: "object lock",
    finds: ["object-lock"],
    says: /keeps every version for 30 days.*Nothing was written/s,
    spoiling: {
      answer: ({ query }) =>
        query.has("object-lock")
          ? xml(
            "ObjectLockConfiguration",
            "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode>" +
              "<Days>30</Days></DefaultRetention></Rule>"
          )
          : undefined
    }
  }
]

const goodSetUpNames = ["lifecycle", "versioning", "object-lock", "encryption"]
const isNamed = (value: unknown): boolean => value !== undefined
const etagOfContent = `"${createHash("md5").update("what the doctor writes").digest("hex")}"`
