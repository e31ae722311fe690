/**
 * Credentials.
 *
 * @since 1.0.0
 */

/**
 * Credentials as the SDK takes them.
 *
 * @since 1.0.0
 * @category models
 */
export interface AwsCredentials {
  /** The name of the key. */
  readonly accessKeyId: string
  /** The secret itself. */
  readonly secretAccessKey: string
  /** What temporary credentials have besides. */
  readonly sessionToken?: string
  /** The region the credentials are limited to. */
  readonly credentialScope?: string
  /** The account they belong to: twelve digits. */
  readonly accountId?: string
  /** When they end. Without it they are kept as long as the session. */
  readonly expiration?: Date
}
