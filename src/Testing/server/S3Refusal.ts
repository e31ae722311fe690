/**
 * What S3 answers to what it does not do.
 */

/** An answer that is an error. */
export interface S3Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  /** What the answer tells besides. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** To what this server cannot do, though S3 can. */
export const notImplemented = (what: string): S3Refusal => ({
  status: 501,
  code: "NotImplemented",
  message: `This embedded server does not implement ${what}.`
})

/** To a request that makes no sense. */
export const badRequest = (code: string, message: string): S3Refusal => ({ status: 400, code, message })

export const noSuchBucket: S3Refusal = {
  status: 404,
  code: "NoSuchBucket",
  message: "The specified bucket does not exist"
}

export const noSuchKey: S3Refusal = { status: 404, code: "NoSuchKey", message: "The specified key does not exist." }

export const noSuchUpload: S3Refusal = {
  status: 404,
  code: "NoSuchUpload",
  message: "The specified multipart upload does not exist."
}
