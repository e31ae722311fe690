import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as LocalHttp from "../../servers/LocalHttp.js"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** A stand-in for SSO and STS, whose access key ids are the names of roles. */
const localRoles = LocalHttp.make((request, response, body) => {
  const url = new URL(request.url ?? "/", "http://127.0.0.1")
  const expiration = Date.now() + 3_600_000
  if (url.pathname === "/federation/credentials") {
    const role = url.searchParams.get("role_name") ?? ""
    const roleCredentials = { accessKeyId: role, secretAccessKey: "s", sessionToken: "t", expiration }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ roleCredentials }))
    return
  }
  const signer = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? ""
  const role = new URLSearchParams(body.toString("utf8")).get("RoleArn")?.replace(/^.*\//, "") ?? ""
  response.writeHead(200, { "content-type": "text/xml" }).end(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`
      + `<AccessKeyId>${role}-of-${signer}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`
      + `<SessionToken>t</SessionToken><Expiration>${new Date(expiration).toISOString()}</Expiration></Credentials>`
      + `</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`
  )
})

const packageOf = (name: string) => join(root, "node_modules", name)

/** Copies a package as Node would run it, without what it depends on. */
const copyPackage = (from: string, to: string) => {
  mkdirSync(to, { recursive: true })
  copyFileSync(join(from, "package.json"), join(to, "package.json"))
  for (const folder of ["dist", "dist-cjs"]) {
    if (existsSync(join(from, folder))) cpSync(join(from, folder), join(to, folder), { recursive: true })
  }
}

/** Packages that read the shared files, or resolve credentials with such as do. */
const readers = [
  "@aws-sdk/credential-providers",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/token-providers"
]

/** A folder in which each package that reads the shared files has a copy of the SDK's reader of its own. */
const folderOfCopies = (hasCopies: boolean) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      mkdirSync(join(root, "build"), { recursive: true })
      const folder = mkdtempSync(join(root, "build/copies-"))
      // Otherwise it would be a part of this package, which finds itself before anything else.
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "program", private: true }))
      const there = (name: string) => join(folder, "node_modules", name)
      copyPackage(root, there("effect-aws-cache"))
      for (const name of hasCopies ? readers : []) copyPackage(packageOf(name), there(name))
      for (const name of hasCopies ? ["effect-aws-cache", ...readers] : []) {
        copyPackage(packageOf("@smithy/core"), join(there(name), "node_modules/@smithy/core"))
      }
      copyFileSync(fileURLToPath(new URL("rotatedFiles.mjs", import.meta.url)), join(folder, "rotatedFiles.mjs"))
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

const run = (folder: string, url: string) =>
  Effect.promise(async () => {
    const tokens = join(folder, ".aws/sso/cache")
    mkdirSync(tokens, { recursive: true })
    for (const name of ["https://start.invalid", "corp"]) {
      writeFileSync(
        join(tokens, `${createHash("sha1").update(name).digest("hex")}.json`),
        JSON.stringify({ accessToken: "t", expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
      )
    }
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "rotatedFiles.mjs")], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        NODE_NO_WARNINGS: "1",
        HOME: folder,
        AWS_CONFIG_FILE: join(folder, "config"),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_ENDPOINT_URL_SSO: url,
        AWS_ENDPOINT_URL_STS: url
      }
    })
    const results: Readonly<Record<string, unknown>> = JSON.parse(stdout)
    return results
  })

const rotation = (key: (n: number) => string) => [1, 2, 2, 3, 4].map(key)

const expected = Object.fromEntries(
  Object.entries({
    keys: rotation((n) => `keys${n}`),
    process: rotation((n) => `process${n}`),
    sso: rotation((n) => `sso${n}`),
    corp: rotation((n) => `corp${n}`),
    role: rotation((n) => `r${n}-of-keys${n}`),
    over: rotation((n) => `o${n}-of-sso${n}`),
    overcorp: rotation((n) => `c${n}-of-corp${n}`)
  }).flatMap(([profile, keys]) => [[profile, keys], [`${profile} of fromIni`, keys.slice(1)]])
)

describe("forceRefresh and reload read the shared files anew", () => {
  for (const [name, hasCopies] of [["one copy", false], ["a copy for each package", true]] as const) {
    it.scopedLive(`where there is ${name} of what reads them`, () =>
      Effect.gen(function*() {
        const roles = yield* localRoles
        const folder = yield* folderOfCopies(hasCopies)
        assert.deepStrictEqual(yield* run(folder, roles.url), expected)
      }))
  }
})
