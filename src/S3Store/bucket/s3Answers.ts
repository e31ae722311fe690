/**
 * What S3's answers mean: one table.
 */
import type { ObjectStoreReason } from "../objects/ObjectStoreErrors.js"

/** What becomes of a failure with a reason. */
export interface S3Consequences {
  /** Whether the same request may well succeed a little later: the SDK tries it again, or the caller may. */
  readonly retry: boolean
  /** Whether it says that S3 is unavailable: such failures in a row open the circuit. */
  readonly counts: boolean
  /** Whether it is a fault of the set-up that meets every object: requests are then made only now and then. */
  readonly isSetup: boolean
  /** Whether the log tells it once for as long as it stands, and not for every key. */
  readonly isToldOnce: boolean
}

/** What an answer means. */
export interface S3Answer extends S3Consequences {
  readonly reason: ObjectStoreReason
  /** What to do about it, where the reason alone does not say. */
  readonly hint: string | undefined
}

/** What is known of a rejection: S3's code or the name the SDK gives it, the HTTP status, the code of the network. */
export interface S3Rejection {
  readonly code: string | undefined
  readonly status: number | undefined
  readonly network: string | undefined
}

const outage: S3Consequences = { retry: true, counts: true, isSetup: false, isToldOnce: false }
const setup: S3Consequences = { retry: false, counts: false, isSetup: true, isToldOnce: true }
const refused: S3Consequences = { retry: false, counts: false, isSetup: false, isToldOnce: true }
const told: S3Consequences = { retry: false, counts: false, isSetup: false, isToldOnce: false }

/** What becomes of a failure, by its reason. */
export const consequences: Readonly<Record<ObjectStoreReason, S3Consequences>> = {
  NoSuchBucket: setup,
  Credentials: setup,
  WrongRegion: setup,
  WrongEndpoint: setup,
  ClockSkew: setup,
  AccessDenied: refused,
  Encryption: refused,
  Rejected: refused,
  Throttled: outage,
  Timeout: outage,
  Network: outage,
  Unavailable: outage,
  Unknown: { ...outage, retry: false },
  Conflict: { ...told, retry: true },
  ConditionalWritesUnsupported: told,
  ListUnsupported: told,
  ReadOnly: told,
  BadName: told,
  Unreadable: told,
  CircuitOpen: { ...told, retry: true }
}

const checkKeys = "check the access key and the secret of the client"
const renew = "the token of the credentials is out of date: give the client a provider that renews it"
const support = "ask AWS Support"
const point = "check the name of the access point that is given as the bucket"
const integrity = "the body was changed on its way: look for a proxy between this machine and S3"
const key = "check the KMS key of the bucket or of putOptions, its state and its policy"
const size = "say a smaller maxEntryBytes"

/** Codes whose reason does not follow from their status, or of which there is more to say. */
const special: Readonly<Record<string, readonly [reason: ObjectStoreReason, hint?: string]>> = {
  // The bucket
  NoSuchBucket: ["NoSuchBucket"],
  InvalidBucketName: ["NoSuchBucket", "this is no name that a bucket can have"],
  NoSuchAccessPoint: ["NoSuchBucket", point],
  NoSuchMultiRegionAccessPoint: ["NoSuchBucket", point],
  InvalidAccessPoint: ["NoSuchBucket", point],
  InvalidAccessPointAliasError: ["NoSuchBucket", point],
  // The credentials
  SignatureDoesNotMatch: ["Credentials", checkKeys],
  InvalidAccessKeyId: ["Credentials", checkKeys],
  InvalidSecurity: ["Credentials", checkKeys],
  InvalidSignature: ["Credentials", checkKeys],
  UnsupportedSignature: ["Credentials", "the store takes another version of the signature"],
  CredentialsNotSupported: ["Credentials"],
  MissingAuthenticationToken: ["Credentials", checkKeys],
  MissingSecurityHeader: ["Credentials", checkKeys],
  ExpiredToken: ["Credentials", renew],
  ExpiredTokenException: ["Credentials", renew],
  TokenRefreshRequired: ["Credentials", renew],
  InvalidToken: ["Credentials", "check the session token of the client"],
  InvalidSessionException: ["Credentials", renew],
  InvalidClientTokenId: ["Credentials", checkKeys],
  InvalidIdentityToken: ["Credentials", renew],
  InvalidIdentityTokenException: ["Credentials", renew],
  UnrecognizedClientException: ["Credentials", checkKeys],
  AccountProblem: ["Credentials", support],
  NotSignedUp: ["Credentials", "the account of the credentials is not signed up for S3"],
  CredentialsProviderError: ["Credentials", "no credentials were found: give the client some"],
  TokenProviderError: ["Credentials", renew],
  // The region
  PermanentRedirect: ["WrongRegion"],
  TemporaryRedirect: ["WrongRegion"],
  Redirect: ["WrongRegion"],
  AuthorizationHeaderMalformed: ["WrongRegion"],
  IllegalLocationConstraint: ["WrongRegion"],
  IllegalLocationConstraintException: ["WrongRegion"],
  IncorrectEndpoint: ["WrongRegion"],
  // The endpoint
  EndpointError: ["WrongEndpoint", "look at the endpoint and the region of the client, and at the name of the bucket"],
  // The clock
  RequestTimeTooSkewed: ["ClockSkew"],
  RequestExpired: ["ClockSkew"],
  // Permissions
  AccessDenied: ["AccessDenied"],
  AccessDeniedException: ["AccessDenied"],
  AllAccessDisabled: ["Rejected", support],
  // Encryption by S3
  "KMS.AccessDeniedException": ["Encryption", key],
  "KMS.DisabledException": ["Encryption", key],
  "KMS.InvalidKeyUsageException": ["Encryption", key],
  "KMS.InvalidStateException": ["Encryption", key],
  "KMS.KMSInvalidStateException": ["Encryption", key],
  "KMS.NotFoundException": ["Encryption", key],
  "KMS.ThrottlingException": ["Throttled"],
  "KMS.InternalException": ["Unavailable"],
  "KMS.DependencyTimeoutException": ["Unavailable"],
  // Asked too often
  SlowDown: ["Throttled"],
  Throttling: ["Throttled"],
  ThrottlingException: ["Throttled"],
  ThrottledException: ["Throttled"],
  TooManyRequests: ["Throttled"],
  TooManyRequestsException: ["Throttled"],
  RequestThrottled: ["Throttled"],
  RequestLimitExceeded: ["Throttled"],
  BandwidthLimitExceeded: ["Throttled"],
  // No answer in time
  RequestTimeout: ["Timeout"],
  RequestTimeoutException: ["Timeout"],
  TimeoutError: ["Timeout"],
  // Out of order
  InternalError: ["Unavailable"],
  ServiceUnavailable: ["Unavailable"],
  // Writers that race
  ConditionalRequestConflict: ["Conflict"],
  OperationAborted: ["Conflict"],
  // Refused, with something to say
  BadDigest: ["Rejected", integrity],
  IncompleteBody: ["Rejected", integrity],
  XAmzContentChecksumMismatch: ["Rejected", integrity],
  XAmzContentSHA256Mismatch: ["Rejected", integrity],
  EntityTooLarge: ["Rejected", size],
  MaxMessageLengthExceeded: ["Rejected", size],
  InvalidObjectState: [
    "Rejected",
    "the object is archived: keep the lifecycle rules of the bucket away from the prefix"
  ],
  InvalidPayer: ["Rejected", "the bucket wants the requester to pay: say RequestPayer in getOptions and the others"],
  MissingContentLength: [
    "Rejected",
    "the store or a proxy before it wants a Content-Length, which the SDK sends: look at the proxy"
  ],
  MissingContentMD5: ["Rejected", "the store wants a Content-MD5: see requestChecksumCalculation of the client"],
  NotImplemented: ["Rejected", "the store cannot do this"],
  UserKeyMustBeSpecified: [
    "Rejected",
    "the bucket wants a key of the customer: say SSECustomerKey in putOptions and getOptions"
  ]
}

/** Codes that say no more than their status does, which is that the request was refused: the rest of AWS's list. */
const refusals = ("AccessControlListNotSupported AccessPointAlreadyOwnedByYou AmbiguousGrantByEmailAddress " +
  "AuthorizationQueryParametersError BucketAlreadyExists BucketAlreadyOwnedByYou BucketHasAccessPointsAttached " +
  "BucketNotEmpty ClientTokenConflict ConnectionClosedByRequester CrossLocationLoggingProhibited DeviceNotActiveError " +
  "EncryptionTypeMismatch EndpointNotFound EntityTooSmall IdempotencyParameterMismatch " +
  "IllegalVersioningConfigurationException IncorrectNumberOfFilesInPostRequest InlineDataTooLarge " +
  "InvalidAddressingHeader InvalidArgument InvalidBucketAclWithObjectOwnership InvalidBucketOwnerAWSAccountID " +
  "InvalidBucketState InvalidDigest InvalidEncryptionAlgorithmError InvalidHostHeader InvalidHttpMethod " +
  "InvalidLocationConstraint InvalidPart InvalidPartOrder InvalidPolicyDocument InvalidRange InvalidRegion " +
  "InvalidRequest InvalidSOAPRequest InvalidStorageClass InvalidTag InvalidTargetBucketForLogging InvalidURI " +
  "InvalidWriteOffset KeyTooLongError MalformedACLError MalformedPOSTRequest MalformedPolicy MalformedXML " +
  "MaxPostPreDataLengthExceededError MetadataTooLarge MethodNotAllowed MissingAttachment MissingRequestBodyError " +
  "MissingSecurityElement NoLoggingStatusForKey NoSuchAsyncRequest NoSuchBucketPolicy NoSuchConfiguration " +
  "NoSuchCORSConfiguration NoSuchKey NoSuchLifecycleConfiguration NoSuchObjectLockConfiguration " +
  "NoSuchPublicAccessBlockConfiguration NoSuchTagSet NoSuchUpload NoSuchVersion NoSuchWebsiteConfiguration NotDeviceOwnerError " +
  "NotFound NotModified ObjectAlreadyInActiveTierError ObjectLockConfigurationNotFoundError " +
  "ObjectNotInActiveTierError OwnershipControlsNotFoundError PreconditionFailed " +
  "ReplicationConfigurationNotFoundError RequestHeaderSectionTooLarge RequestIsNotMultiPartContent " +
  "RequestTorrentOfBucketError ResponseInterrupted RestoreAlreadyInProgress " +
  "ServerSideEncryptionConfigurationNotFoundError TokenCodeInvalidError TooManyAccessPoints TooManyBuckets " +
  "TooManyMultiRegionAccessPoints TooManyMultiRegionAccessPointregionsError TooManyParts UnauthorizedAccess " +
  "UnauthorizedAccessError UnexpectedContent UnexpectedIPError UnresolvableGrantByEmailAddress UnsupportedArgument")
  .split(" ")

const answer = (reason: ObjectStoreReason, hint?: string): S3Answer => ({ reason, hint, ...consequences[reason] })

/** What each code of S3 means, whatever the status it comes with. */
export const answersByCode: ReadonlyMap<string, S3Answer> = new Map([
  ...Object.entries(special).map(([code, [reason, hint]]) => [code, answer(reason, hint)] as const),
  ...refusals.map((code) => [code, answer("Rejected")] as const)
])

const certificate = "the certificate of the store is not trusted: see NODE_EXTRA_CA_CERTS"

/** What each code of the network means. */
export const answersByNetworkCode: ReadonlyMap<string, S3Answer> = new Map([
  ...[
    "ECONNRESET",
    "ECONNABORTED",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENETUNREACH",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EPIPE",
    "EADDRNOTAVAIL",
    "EMFILE"
  ].map((code) => [code, answer("Network")] as const),
  ["ECONNREFUSED", answer("Network", "nothing listens there: is the endpoint (clientConfig, AWS_ENDPOINT_URL) right?")],
  ...["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"].map((code) =>
    [code, answer("Network", "no TLS is spoken there: does the endpoint begin with http:?")] as const
  ),
  ...[
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
  ]
    .map((code) => [code, answer("Network", certificate)] as const),
  ["ERR_INVALID_URL", answer("WrongEndpoint")],
  ["ETIMEDOUT", answer("Timeout")],
  ["ESOCKETTIMEDOUT", answer("Timeout")]
])

/**
 * What a status means when the answer has no code, or one that is not in the table. Of a class, such as `4xx`, the single
 * statuses before it are left out.
 */
export const answersByStatus: ReadonlyArray<readonly [statuses: string, answer: S3Answer]> = [
  ["304", answer("Rejected")],
  ["3xx", answer("WrongRegion")],
  ["401", answer("Credentials", checkKeys)],
  ["403 without a code", answer("AccessDenied")],
  ["408", answer("Timeout")],
  ["409", answer("Conflict")],
  ["413", answer("Rejected", size)],
  ["429", answer("Throttled")],
  ["4xx", answer("Rejected")],
  ["501", answer("Rejected", "the store cannot do this")],
  ["509", answer("Throttled")],
  ["5xx", answer("Unavailable")]
]

const statusClasses = new Map(answersByStatus)

/** Names that the SDK and servers give to answers without a code. */
const noCode = new Set([
  "",
  "Unknown",
  "UnknownError",
  "Error",
  "TypeError",
  "SyntaxError",
  "S3ServiceException",
  "Forbidden"
])

/** Whether a name is a code that somebody chose, and not one that stands for none. */
export const isCode = (code: string | undefined): code is string =>
  code !== undefined && !noCode.has(code) && !/^\d+$/.test(code)

/** What a rejection means: by its code, or else by its status, or else by the code of the network. */
export const answerOf = ({ code, network, status }: S3Rejection): S3Answer =>
  (isCode(code) ? byCode(code) : undefined) ??
    (status === undefined ? undefined : byStatus(status, code)) ??
    (network === undefined ? undefined : answersByNetworkCode.get(network)) ??
    unknown

const unknown = answer("Unknown")

const byCode = (code: string): S3Answer | undefined =>
  answersByCode.get(code) ?? (code.startsWith("KMS.") ? answer("Encryption", key) : undefined)

const byStatus = (status: number, code: string | undefined): S3Answer | undefined =>
  (status === 403 && !isCode(code) ? statusClasses.get("403 without a code") : statusClasses.get(String(status))) ??
    statusClasses.get(`${Math.floor(status / 100)}xx`)
