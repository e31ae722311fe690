// A program that uses most of this library. Invoices.test.ts beside it shows how to test such a one without AWS.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { Context, Data, Effect, Schema } from "effect"
import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"

export interface Tenant {
  readonly name: string
  readonly region: string
  readonly currency: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export class Invoice extends Schema.Class<Invoice>("Invoice")({
  tenant: Schema.String,
  month: Schema.String,
  currency: Schema.String,
  amount: Schema.Number
}) {}

export class UsageMissing extends Data.TaggedError("UsageMissing")<{
  readonly tenant: string
  readonly month: string
}> {}

/** What a dollar costs, from somebody who asks money for every answer. */
export class Exchange extends Context.Tag("app/Exchange")<
  Exchange,
  { readonly rate: (currency: string) => Effect.Effect<number> }
>() {}

/** The rates that were asked for in the last hour. */
export class Rates extends TtlDict.Service<Rates>()("app/Rates", {
  key: Schema.String,
  value: Schema.Number,
  timeToLive: "1 hour",
  maxSize: 200
}) {}

/** Every invoice that was made, by any process. */
export const Made = Keyspace.make("invoices", {
  key: Schema.Struct({ tenant: Schema.String, month: Schema.String }),
  value: Invoice
})

const Usage = Schema.parseJson(Schema.Struct({ hours: Schema.Number }))

const dollarsAnHour = 10

// In the tenant's account, with the tenant's credentials: one client for each tenant.
const usageOf = ({ credentials, name, region }: Tenant, month: string) =>
  ClientCache.send(
    S3Client,
    { region, credentials },
    new GetObjectCommand({ Bucket: `usage-of-${name}`, Key: `${month}.json` }),
    { errors: ["NoSuchKey"] }
  ).pipe(
    Effect.catchTag("NoSuchKey", () => new UsageMissing({ tenant: name, month })),
    Effect.flatMap(({ Body }) => Effect.tryPromise(async () => Body?.transformToString())),
    Effect.flatMap((text) => Schema.decodeUnknown(Usage)(text))
  )

// In the program's own account, with the credentials of the session.
const file = (invoice: Invoice) =>
  Session.send(
    S3Client,
    {},
    new PutObjectCommand({
      Bucket: "invoices",
      Key: `${invoice.tenant}/${invoice.month}.json`,
      Body: JSON.stringify(invoice)
    })
  )

const makeInvoice = (tenant: Tenant, month: string) =>
  Effect.gen(function*() {
    const { currency, name } = tenant
    const { hours } = yield* usageOf(tenant, month)
    const rate = yield* Rates.getOrCompute(currency, Effect.flatMap(Exchange, ({ rate }) => rate(currency)))
    const invoice = new Invoice({ tenant: name, month, currency, amount: hours * dollarsAnHour * rate })
    yield* file(invoice)
    return invoice
  })

/** The invoice of a tenant for a month, made when there is none. What it needs and how it may fail is in its type. */
export const invoiceOf = (tenant: Tenant, month: string) =>
  S3Cache.getOrCompute(Made.key({ tenant: tenant.name, month }), makeInvoice(tenant, month))
