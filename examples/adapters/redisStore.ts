import { Effect, Option, Stream } from "effect"
import { ConditionalOutcome, LoadOutcome, type ObjectStore, ObjectStoreError } from "effect-aws-cache/S3Store"
import { randomUUID as uuid } from "node:crypto"

type Redis = { readonly callBuffer: (command: string, ...args: Array<string | Buffer>) => Promise<unknown> }
// The etag, which begins with the time, stands before the body. What a write finds of its own, sent twice, is not in its way.
const script = `local etag = redis.call("GETRANGE", KEYS[1], 0, 35)
if ARGV[2] ~= "" and etag == string.sub(ARGV[2], 1, 36) then return 1 end
if ARGV[1] ~= "any" and etag ~= ARGV[1] then return 0 end
if ARGV[2] == "" then redis.call("DEL", KEYS[1]) else redis.call("SET", KEYS[1], ARGV[2], unpack(ARGV, 3)) end return 1`
const look = `return { redis.call("GETRANGE", KEYS[1], 0, 35), redis.call("STRLEN", KEYS[1]) }`

/** A second level in Redis or Valkey, by a client of ioredis. Entries and leases leave it after so many seconds, tags do not. */
export const redisStore = (redis: Redis, prefix: string, seconds: number): ObjectStore => {
  const call = (operation: string, name: string, command: string, ...args: Array<string | Buffer>) =>
    Effect.tryPromise({
      try: () => redis.callBuffer(command, ...args),
      catch: (cause) =>
        new ObjectStoreError({ reason: "Network", operation, target: name, detail: String(cause), cause })
    })
  const change = (operation: string, name: string, before: string, value: string | Buffer) => {
    const expiry = /^[^.].*\/[0-9a-f]{64}(\.run)?$/.test(name) ? ["EX", `${seconds}`] : []
    const done = call(operation, name, "EVAL", script, "1", prefix + name, before, value, ...expiry)
    return Effect.map(done, (answer) => answer === 1)
  }
  const put = (op: string, name: string, before: string, body: Uint8Array, etag = `${Date.now()}${uuid().slice(13)}`) =>
    Effect.map(
      change(op, name, before, Buffer.concat([Buffer.from(etag), body])),
      (isDone) => isDone ? ConditionalOutcome.Written({ etag: Option.some(etag) }) : ConditionalOutcome.Refused()
    )
  const scan = (begin: string, cursor = "0"): Effect.Effect<ReadonlySet<string>, ObjectStoreError> =>
    Effect.flatMap(call("list", begin, "SCAN", cursor, "MATCH", `${prefix}${begin}*`), (page) => {
      const [next, keys]: ReadonlyArray<unknown> = Array.isArray(page) ? page : ["0"]
      const names = Array.isArray(keys) ? keys.map((key) => String(key).slice(prefix.length)) : []
      const rest = String(next) === "0" ? Effect.succeed<ReadonlySet<string>>(new Set()) : scan(begin, String(next))
      return Effect.map(rest, (others) => new Set([...names, ...others]))
    })
  const listed = (name: string) =>
    Effect.map(call("list", name, "EVAL", look, "1", prefix + name), (found) => {
      const [etag = "", length] = Array.isArray(found) ? found.map(String) : []
      return { name, etag, size: Math.max(0, Number(length) - 36), modified: Number(etag.slice(0, 13)) }
    })
  return {
    load: (name, options) =>
      Effect.map(call("load", name, "GET", prefix + name), (value) => {
        if (!Buffer.isBuffer(value)) return LoadOutcome.Absent()
        const [etag, body] = [value.toString("latin1", 0, 36), new Uint8Array(value.subarray(36))]
        if (etag === options?.ifNoneMatch) return LoadOutcome.Unchanged()
        return LoadOutcome.Found({ body, size: body.length, etag })
      }),
    save: (name, body) => Effect.map(put("save", name, "any", body), (it) => "etag" in it ? it.etag : Option.none()),
    add: (name, body) => put("add", name, "", body),
    replace: (name, body, etag) => put("replace", name, etag, body),
    remove: (name) => Effect.asVoid(call("remove", name, "DEL", prefix + name)),
    removeIfMatch: (name, etag) => Effect.map(change("remove", name, etag, ""), (yes) => yes ? "removed" : "refused"),
    removeAll: (names) =>
      Effect.forEach(names, (name) => call("remove", name, "DEL", prefix + name), { concurrency: 99, discard: true }),
    list: (begin) => Stream.mapEffect(Stream.flattenIterables(Stream.fromEffect(scan(begin))), listed)
  }
}
