/**
 * Directory buckets, which S3 Express One Zone keeps objects in.
 */

/** Whether a bucket is one by its name: `NAME--ZONE--x-s3`, or an access point of one, `NAME--ZONE--xa-s3`. */
export const isDirectoryBucket = (bucket: string): boolean => /--[a-z0-9-]+--xa?-s3$/.test(bucket)
