import { NodeHttpHandler } from "@smithy/node-http-handler"
import { Effect } from "effect"
import { createHash, generateKeyPairSync } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as LocalHttp from "../servers/LocalHttp.js"

const hour = 3_600_000

/**
 * A stand-in for everything that gives out credentials in exchange for something else: STS, SSO, SSO-OIDC and the sign-in
 * service. The access key id tells who gave it, and how many answers there were before it.
 */
export const localIdentity = Effect.gen(function*() {
  const seen: Array<string> = []
  const server = yield* LocalHttp.make((request, response, body) => {
    const json = (value: object) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value))
    const keys = (name: string) => ({
      accessKeyId: `${name}-${seen.length}`,
      secretAccessKey: `secret-of-${name}`,
      sessionToken: `token-of-${name}`
    })
    const expiration = new Date(Date.now() + hour)
    const path = (request.url ?? "").replace(/\?.*$/, "")
    if (path === "/federation/credentials") {
      seen.push("sso")
      json({ roleCredentials: { ...keys("sso"), expiration: expiration.getTime() } })
    } else if (path === "/token") {
      seen.push("sso-oidc")
      json({ accessToken: "new-token", expiresIn: 3600, refreshToken: "next-refresh", tokenType: "Bearer" })
    } else if (path === "/v1/token") {
      seen.push("signin")
      json({ accessToken: keys("signin"), refreshToken: "next-refresh", expiresIn: 900, tokenType: "aws_sigv4" })
    } else {
      seen.push("sts")
      const action = new URLSearchParams(body.toString("utf8")).get("Action") ?? "nothing"
      const { accessKeyId, secretAccessKey, sessionToken } = keys("sts")
      response.writeHead(200, { "content-type": "text/xml" }).end(
        `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><AssumedRoleUser>`
          + `<Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>`
          + `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>`
          + `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials>`
          + `</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`
      )
    }
  })
  return {
    ...server,
    /** Which service answered, in order. */
    seen,
    variables: Object.fromEntries(
      ["STS", "SSO", "SSO_OIDC", "SIGNIN"].map((service) => [`AWS_ENDPOINT_URL_${service}`, server.url])
    )
  }
})

/** A request handler that sends everything to one server, as a proxy does, and remembers for which hosts it was. */
export class ProxyHandler extends NodeHttpHandler {
  readonly hosts: Array<string> = []
  readonly #port: number

  constructor(port: number) {
    super({})
    this.#port = port
  }

  override handle(...[request, options]: Parameters<NodeHttpHandler["handle"]>) {
    this.hosts.push(request.hostname)
    const there = { protocol: "http:", hostname: "127.0.0.1", port: this.#port }
    return super.handle(Object.assign(Object.create(Object.getPrototypeOf(request)), request, there), options)
  }
}

const profile = (lines: Readonly<Record<string, string>>) =>
  Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`).join("")

const sso = { sso_account_id: "123456789012", sso_role_name: "Reader" }

/** What `aws sso login` leaves, under a start URL or the name of a session. */
const ssoToken = (home: string, name: string, expiresAt: Date, more: object = {}) => {
  const folder = join(home, ".aws/sso/cache")
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${createHash("sha1").update(name).digest("hex")}.json`),
    JSON.stringify({ accessToken: "token", expiresAt: expiresAt.toISOString(), ...more })
  )
}

let sessions = 0

/**
 * Ways to name a source of credentials: each writes what it needs into a home folder, and gives the text of the config
 * file and variables.
 */
export const waysToSignIn = {
  "SSO": {
    calls: ["sso"],
    hosts: ["portal.sso.ap-south-1.amazonaws.com"],
    prepare: (home: string) => {
      const start = "https://start.invalid/one"
      ssoToken(home, start, new Date(Date.now() + hour))
      return {
        config: `[profile one]\n${profile({ ...sso, sso_start_url: start, sso_region: "ap-south-1" })}`,
        variables: {}
      }
    }
  },
  "an SSO session whose token is out of date": {
    calls: ["sso-oidc", "sso"],
    hosts: ["oidc.ap-south-1.amazonaws.com", "portal.sso.ap-south-1.amazonaws.com"],
    prepare: (home: string) => {
      sessions += 1
      const name = `corp-${process.pid}-${sessions}`
      const client = { clientId: "c", clientSecret: "s", refreshToken: "r" }
      ssoToken(home, name, new Date(Date.now() + 60_000), client)
      return {
        config: `[profile one]\n${profile({ ...sso, sso_session: name })}`
          + `[sso-session ${name}]\n${
            profile({ sso_region: "ap-south-1", sso_start_url: "https://start.invalid/two" })
          }`,
        variables: {}
      }
    }
  },
  "a role that SSO assumes": {
    calls: ["sso", "sts"],
    hosts: ["portal.sso.ap-south-1.amazonaws.com", "sts.eu-west-1.amazonaws.com"],
    prepare: (home: string) => {
      const start = "https://start.invalid/three"
      ssoToken(home, start, new Date(Date.now() + hour))
      return {
        config: `[profile base]\n${profile({ ...sso, sso_start_url: start, sso_region: "ap-south-1" })}`
          + `[profile one]\n${profile({ role_arn: "arn:aws:iam::123456789012:role/r", source_profile: "base" })}`,
        variables: {}
      }
    }
  },
  "a role of an access key, in the region of its profile": {
    calls: ["sts"],
    hosts: ["sts.eu-south-1.amazonaws.com"],
    prepare: () => ({
      config: `[profile base]\n${profile({ aws_access_key_id: "base", aws_secret_access_key: "secret" })}`
        + `[profile one]\n${
          profile({ role_arn: "arn:aws:iam::123456789012:role/r", source_profile: "base", region: "eu-south-1" })
        }`,
      variables: {}
    })
  },
  "a web identity of a profile": {
    calls: ["sts"],
    hosts: ["sts.eu-west-1.amazonaws.com"],
    prepare: (home: string) => {
      writeFileSync(join(home, "token"), "identity")
      return {
        config: `[profile one]\n${
          profile({ role_arn: "arn:aws:iam::123456789012:role/r", web_identity_token_file: join(home, "token") })
        }`,
        variables: {}
      }
    }
  },
  "a web identity of the environment": {
    calls: ["sts"],
    hosts: ["sts.eu-west-1.amazonaws.com"],
    prepare: (home: string) => {
      writeFileSync(join(home, "token"), "identity")
      return {
        config: "[profile one]\nregion = eu-west-1\n",
        variables: {
          AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/r",
          AWS_WEB_IDENTITY_TOKEN_FILE: join(home, "token")
        }
      }
    }
  },
  "aws login": {
    calls: ["signin"],
    hosts: ["us-east-2.signin.aws.amazon.com"],
    prepare: (home: string) => {
      const login = "arn:aws:iam::123456789012:user/somebody"
      const { privateKey } = generateKeyPairSync("ec", {
        namedCurve: "P-256",
        privateKeyEncoding: { type: "sec1", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" }
      })
      writeFileSync(
        join(home, `${createHash("sha256").update(login).digest("hex")}.json`),
        JSON.stringify({
          accessToken: {
            accessKeyId: "old",
            secretAccessKey: "secret",
            sessionToken: "token",
            accountId: "123456789012",
            expiresAt: new Date(Date.now() + 60_000).toISOString()
          },
          clientId: "c",
          refreshToken: "r",
          dpopKey: privateKey
        })
      )
      return {
        config: `[profile one]\n${profile({ login_session: login, region: "us-east-2" })}`,
        variables: { AWS_LOGIN_CACHE_DIRECTORY: home }
      }
    }
  }
}
