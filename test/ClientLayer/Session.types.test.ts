import { type S3, S3Client } from "@aws-sdk/client-s3"
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { describe, expectTypeOf, it } from "@effect/vitest"
import { Config, Effect, type Layer, Redacted, type Scope } from "effect"
import {
  type ClientCache,
  ClientCustomization,
  DefaultSession,
  Session,
  type SessionClientError,
  type SessionError,
  type SessionService
} from "effect-aws-cache/ClientLayer"

describe("the types of sessions", () => {
  it("client, lease and withClient infer the client of a class and of a loader", () => {
    expectTypeOf(Session.client(S3Client)).toEqualTypeOf<Effect.Effect<S3Client, SessionClientError, Session>>()
    const lazy = Session.client(() => import("@aws-sdk/client-s3").then((module) => module.S3), {}, { maxSize: 20 })
    expectTypeOf(lazy).toEqualTypeOf<Effect.Effect<S3, SessionClientError, Session>>()
    expectTypeOf(Session.lease(S3Client)).toEqualTypeOf<
      Effect.Effect<S3Client, SessionClientError, Session | Scope.Scope>
    >()
    expectTypeOf(Session.withClient(S3Client, {}, (s3) => {
      expectTypeOf(s3).toEqualTypeOf<S3Client>()
      return Effect.as(Effect.fail("no"), 1)
    })).toEqualTypeOf<Effect.Effect<number, string | SessionClientError, Session>>()
    expectTypeOf(DefaultSession.client(S3Client)).toEqualTypeOf<
      Effect.Effect<S3Client, SessionClientError | SessionError>
    >()
    expectTypeOf(DefaultSession.withClient(S3Client, {}, (s3) => Effect.succeed(s3))).toEqualTypeOf<
      Effect.Effect<S3Client, SessionClientError | SessionError>
    >()
  })

  it("options are those of the class and of the session", () => {
    void Session.client(S3Client, { region: "us-west-2" }, {
      evictionPolicy: "LFU",
      variant: "mine",
      customize: ClientCustomization.make("typed", (s3) => {
        expectTypeOf(s3).toEqualTypeOf<S3Client>()
      })
    })
    // @ts-expect-error no policy of a session
    void Session.client(S3Client, {}, { evictionPolicy: "W-TinyLFU" })
    // @ts-expect-error no such field
    void Session.client(S3Client, { regoin: "us-west-2" })
    // @ts-expect-error no number
    void Session.client(S3Client, {}, { maxSize: "20" })
    class NeedsTable extends S3Client {
      readonly table: string
      constructor(config: { readonly table: string; readonly region: string }) {
        super(config)
        this.table = config.table
      }
    }
    // @ts-expect-error the class needs its configuration
    void Session.client(NeedsTable)
    void Session.client(NeedsTable, { table: "users", region: "us-east-1" })
  })

  it("a session takes the SDK's providers, and static credentials in the clear or redacted", () => {
    const made: ReadonlyArray<Effect.Effect<SessionService, SessionError, Scope.Scope>> = [
      Session.make({ credentials: fromNodeProviderChain() }),
      Session.make({ credentials: fromTemporaryCredentials({ params: { RoleArn: "arn" } }) }),
      Session.make({ credentials: () => Promise.resolve({ accessKeyId: "a", secretAccessKey: "b" }) }),
      Session.make({ credentials: { accessKeyId: "a", secretAccessKey: Redacted.make("b") } }),
      Session.make({ credentials: Redacted.make({ accessKeyId: "a", secretAccessKey: "b" }) }),
      // @ts-expect-error no secret
      Session.make({ credentials: { accessKeyId: "a" } }),
      // @ts-expect-error no credentials
      Session.make({ credentials: () => Promise.resolve("secret") })
    ]
    expectTypeOf(made).not.toBeAny()
  })

  it("layers", () => {
    expectTypeOf(Session.layer()).toEqualTypeOf<Layer.Layer<Session, SessionError>>()
    expectTypeOf(Session.layerClientCache()).toEqualTypeOf<Layer.Layer<ClientCache, never, Session>>()
    void Session.layerConfig({ profile: Config.string("PROFILE") }, { credentials: fromNodeProviderChain() })
  })
})
