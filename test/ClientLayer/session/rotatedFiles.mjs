/**
 * A program that rewrites the shared files under sessions, and prints whose credentials they have, as JSON:
 * `node rotatedFiles.mjs`. The environment names the files and the endpoints.
 */
import { fromIni } from "@aws-sdk/credential-providers"
import { Effect, Option, Redacted } from "effect"
import { Session } from "effect-aws-cache/ClientLayer"
import { writeFileSync } from "node:fs"

const sso = (role, session) =>
  `sso_account_id = 123456789012\nsso_role_name = ${role}\n`
  + (session === undefined
    ? "sso_region = us-east-1\nsso_start_url = https://start.invalid\n"
    : `sso_session = ${session}\n`)

const config = (n) =>
  `[profile keys]\nregion = us-east-1\n`
  + `[profile process]\ncredential_process = echo '{"Version":1,"AccessKeyId":"process${n}","SecretAccessKey":"s"}'\n`
  + `[profile sso]\n${sso(`sso${n}`)}`
  + `[profile corp]\n${sso(`corp${n}`, "corp")}`
  + `[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://start.invalid\n`
  + `[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r${n}\nsource_profile = keys\n`
  + `[profile over]\nrole_arn = arn:aws:iam::123456789012:role/o${n}\nsource_profile = sso\n`
  + `[profile overcorp]\nrole_arn = arn:aws:iam::123456789012:role/c${n}\nsource_profile = corp\n`

const write = (n) => {
  writeFileSync(process.env.AWS_CONFIG_FILE, config(n))
  writeFileSync(
    process.env.AWS_SHARED_CREDENTIALS_FILE,
    `[keys]\naws_access_key_id=keys${n}\naws_secret_access_key=s\n`
  )
}

const keyOf = (session, options) =>
  Effect.map(session.getCredentials(options), (found) => Redacted.value(Option.getOrThrow(found).accessKeyId))

const rotate = (options) =>
  Effect.scoped(Effect.gen(function*() {
    write(1)
    const session = yield* Session.make({ region: "us-east-1", ...options })
    const provider = yield* session.credentialProvider
    const keys = [yield* keyOf(session)]
    write(2)
    keys.push(yield* keyOf(session, { forceRefresh: true }), yield* keyOf(session))
    write(3)
    keys.push((yield* Effect.promise(() => provider({ forceRefresh: true }))).accessKeyId)
    write(4)
    yield* session.reload
    keys.push(yield* keyOf(session))
    return keys
  }))

const results = {}
for (const profile of ["keys", "process", "sso", "corp", "role", "over", "overcorp"]) {
  results[profile] = await Effect.runPromise(rotate({ profile }))
  // At first it has what the SDK has remembered of the files, in a session as without one.
  results[`${profile} of fromIni`] = (await Effect.runPromise(rotate({ credentials: fromIni({ profile }) }))).slice(1)
}
process.stdout.write(JSON.stringify(results))
