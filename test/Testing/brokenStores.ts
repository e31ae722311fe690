/**
 * Stores with one fault each.
 */
import { Effect, Option, Stream } from "effect"
import { ConditionalOutcome, LoadOutcome, type ObjectStore, ObjectStoreError } from "effect-aws-cache/S3Store"

type Break = (store: ObjectStore) => Partial<ObjectStore>

const unlessThere = (store: ObjectStore, name: string, then: Effect.Effect<void, ObjectStoreError>) =>
  Effect.flatMap(store.load(name), ({ _tag }) => _tag === "Found" ? Effect.void : then)

const change = (
  store: ObjectStore,
  f: (found: Extract<LoadOutcome, { readonly _tag: "Found" }>, name: string) => Partial<typeof found>
): Partial<ObjectStore> => ({
  load: (name, options) =>
    Effect.map(
      store.load(name, options),
      (loaded) => loaded._tag === "Found" ? { ...loaded, ...f(loaded, name) } : loaded
    )
})

const saved = (store: ObjectStore, name: string, body: Uint8Array) =>
  Effect.map(store.save(name, body), (etag) => ConditionalOutcome.Written({ etag }))

const pause = Effect.repeatN(Effect.yieldNow(), 3)

const later = (outcome: Effect.Effect<ConditionalOutcome, ObjectStoreError>) => Effect.zipRight(pause, outcome)

/** By what is wrong with them. */
export const brokenStores: Readonly<Record<string, Break>> = {
  "save adds nothing": () => ({ save: () => Effect.succeed(Option.none()) }),
  "save keeps what is there": (store) => ({
    save: (name, body) =>
      Effect.flatMap(
        store.load(name),
        ({ _tag }) => _tag === "Found" ? Effect.succeed(Option.none()) : store.save(name, body)
      )
  }),
  "save keeps the caller's bytes": (store) => {
    const kept = new Map<string, Uint8Array>()
    return {
      save: (name, body) => {
        kept.set(name, body)
        return store.save(name, body)
      },
      ...change(store, ({ body }, name) => ({ body: kept.get(name)?.slice() ?? body }))
    }
  },
  "load gives out its own bytes": (store) => {
    const kept = new Map<string, Uint8Array>()
    return change(store, ({ body, etag }) => {
      const own = kept.get(etag) ?? body
      kept.set(etag, own)
      return { body: own }
    })
  },
  "large bodies lose their end": (store) => change(store, ({ body }) => ({ body: body.subarray(0, 1_000_000) })),
  "bytes above 127 are changed": (store) => change(store, ({ body }) => ({ body: body.map((byte) => byte & 127) })),
  "size is wrong": (store) => change(store, ({ size }) => ({ size: size + 1 })),
  "modified is a text of a date": (store) => change(store, () => ({ modified: Number.NaN })),
  "every object has one etag": (store) => change(store, () => ({ etag: "\"same\"" })),
  "the etag is of the length": (store) => change(store, ({ size }) => ({ etag: `"${size}"` })),
  "the etag is drawn anew": (store) => {
    let drawn = 0
    return change(store, () => ({ etag: `"${++drawn}"` }))
  },
  "no etags": (store) => change(store, () => ({ etag: "" })),
  "save tells another etag": (store) => ({
    save: (name, body) => Effect.as(store.save(name, body), Option.some("\"other\""))
  }),
  "ifNoneMatch is ignored": (store) => ({
    load: (name, options) => store.load(name, { ...options, ifNoneMatch: undefined })
  }),
  "ifNoneMatch hides what is not there": (store) => ({
    load: (name, options) =>
      Effect.map(
        store.load(name, options),
        (loaded) => options?.ifNoneMatch !== undefined && loaded._tag === "Absent" ? LoadOutcome.Unchanged() : loaded
      )
  }),
  "ifNoneMatch is always so": (store) => ({
    load: (name, options) =>
      options?.ifNoneMatch === undefined ? store.load(name, options) : Effect.succeed(LoadOutcome.Unchanged())
  }),
  "firstBytes gives fewer": (store) => ({
    load: (name, options) =>
      store.load(name, options?.firstBytes === undefined ? options : { ...options, firstBytes: options.firstBytes - 1 })
  }),
  "firstBytes gives the last": (store) => ({
    load: (name, options) =>
      Effect.map(store.load(name), (loaded) =>
        loaded._tag === "Found" && options?.firstBytes !== undefined
          ? { ...loaded, body: loaded.body.slice(-options.firstBytes) }
          : loaded)
  }),
  "firstBytes changes size": (store) => change(store, ({ body }) => ({ size: body.length })),
  "firstBytes is ignored, so that it may be TooLarge": (store) => ({
    maxObjectBytes: 1000,
    load: (name) =>
      Effect.map(store.load(name), (loaded) =>
        loaded._tag === "Found" && loaded.size > 1000
          ? LoadOutcome.TooLarge({ size: loaded.size, etag: loaded.etag })
          : loaded)
  }),
  "maxObjectBytes is ignored": () => ({ maxObjectBytes: 1000 }),
  "the absent are empty": (store) => ({
    load: (name, options) =>
      Effect.map(store.load(name, options), (loaded) =>
        loaded._tag === "Absent"
          ? LoadOutcome.Found({ body: new Uint8Array(0), size: 0, etag: "\"\"" })
          : loaded)
  }),
  "remove does nothing": () => ({ remove: () => Effect.void }),
  "remove fails on what is absent": (store) => ({
    remove: (name) =>
      Effect.flatMap(store.load(name), ({ _tag }) =>
        _tag === "Found" ? store.remove(name) : Effect.fail(
          new ObjectStoreError({ reason: "Rejected", operation: "remove", target: name, detail: "there is none" })
        ))
  }),
  "remove takes what is below along": (store) => ({
    remove: (name) =>
      Effect.zipRight(
        store.remove(name),
        Stream.runForEach(store.list(`${name}/`), (object) => store.remove(object.name))
      )
  }),
  "removeAll removes the first only": (store) => ({
    removeAll: (names) => names[0] === undefined ? Effect.void : store.remove(names[0])
  }),
  "removeAll stops at what is absent": (store) => ({
    removeAll: (names) =>
      Effect.forEach(names, (name) =>
        unlessThere(
          store,
          name,
          Effect.fail(
            new ObjectStoreError({ reason: "Rejected", operation: "remove", target: name, detail: "there is none" })
          )
        ).pipe(Effect.zipRight(store.remove(name))), { discard: true })
  }),
  "removeAll of nothing removes all": (store) => ({
    removeAll: (names) =>
      names.length > 0
        ? store.removeAll(names)
        : Stream.runForEach(store.list(""), (object) => store.remove(object.name))
  }),
  "names have no case": (store) => ({
    load: (name, options) => store.load(name.toLowerCase(), options),
    save: (name, body) => store.save(name.toLowerCase(), body),
    remove: (name) => store.remove(name.toLowerCase())
  }),
  "names are cut": (store) => ({
    load: (name, options) => store.load(name.slice(0, 200), options),
    save: (name, body) => store.save(name.slice(0, 200), body)
  }),
  "folders and dots are one": (store) => ({
    load: (name, options) => store.load(name.replaceAll(".", "/"), options),
    save: (name, body) => store.save(name.replaceAll(".", "/"), body),
    remove: (name) => store.remove(name.replaceAll(".", "/"))
  }),
  "a write is seen in the middle": (store) => ({
    save: (name, body) =>
      Effect.zipRight(
        Effect.zipRight(store.save(name, body.subarray(0, body.length / 2)), pause),
        store.save(name, body)
      )
  }),
  "list ignores the prefix": (store) => ({ list: () => store.list("") }),
  "list takes the prefix for a folder": (store) => ({
    list: (prefix) =>
      Stream.filter(store.list(prefix), ({ name }) => prefix === "" || prefix.endsWith("/") || name === prefix)
  }),
  "list leaves out what is deep": (store) => ({
    list: (prefix) => Stream.filter(store.list(prefix), ({ name }) => !name.slice(prefix.length).includes("/"))
  }),
  "list has ten at most": (store) => ({ list: (prefix) => Stream.take(store.list(prefix), 10) }),
  "list has some twice": (store) => ({
    list: (prefix) => Stream.concat(store.list(prefix), Stream.take(store.list(prefix), 1))
  }),
  "list has what was removed": (store) => {
    const gone = new Set<string>()
    return {
      remove: (name) => Effect.zipRight(Effect.sync(() => gone.add(name)), store.remove(name)),
      list: (prefix) =>
        Stream.concat(
          store.list(prefix),
          Stream.fromIterable(
            [...gone].filter((name) => name.startsWith(prefix)).map((name) => ({
              name,
              size: 0,
              etag: "",
              modified: 0
            }))
          )
        )
    }
  },
  "list tells other sizes": (store) => ({
    list: (prefix) => Stream.map(store.list(prefix), (each) => ({ ...each, size: 0 }))
  }),
  "list tells other etags": (store) => ({
    list: (prefix) => Stream.map(store.list(prefix), (each) => ({ ...each, etag: "\"other\"" }))
  }),
  "list tells no time": (store) => ({
    list: (prefix) => Stream.map(store.list(prefix), (each) => ({ ...each, modified: Number.NaN }))
  }),
  "add overwrites": (store) => ({ add: (name, body) => saved(store, name, body) }),
  "add says Written of what it refused": (store) => ({
    add: (name, body) => Effect.as(store.add(name, body), ConditionalOutcome.Written({ etag: Option.none() }))
  }),
  "add looks, and then writes": (store) => ({
    add: (name, body) =>
      Effect.flatMap(
        store.load(name),
        ({ _tag }) => later(_tag === "Found" ? Effect.succeed(ConditionalOutcome.Refused()) : saved(store, name, body))
      )
  }),
  "add tells another etag": (store) => ({
    add: (name, body) =>
      Effect.map(
        store.add(name, body),
        (outcome) =>
          outcome._tag === "Written" ? ConditionalOutcome.Written({ etag: Option.some("\"other\"") }) : outcome
      )
  }),
  "replace ignores the etag": (store) => ({ replace: (name, body) => saved(store, name, body) }),
  "replace makes what is not there": (store) => ({
    replace: (name, body, etag) =>
      Effect.flatMap(
        store.load(name),
        ({ _tag }) => _tag === "Found" ? store.replace(name, body, etag) : saved(store, name, body)
      )
  }),
  "replace says Written of what it refused": (store) => ({
    replace: (name, body, etag) =>
      Effect.as(store.replace(name, body, etag), ConditionalOutcome.Written({ etag: Option.none() }))
  }),
  "replace says Refused of what it wrote": (store) => ({
    replace: (name, body, etag) => Effect.as(store.replace(name, body, etag), ConditionalOutcome.Refused())
  }),
  "replace looks, and then writes": (store) => ({
    replace: (name, body, etag) =>
      Effect.flatMap(store.load(name), (loaded) =>
        later(
          loaded._tag === "Found" && loaded.etag === etag
            ? saved(store, name, body)
            : Effect.succeed(ConditionalOutcome.Refused())
        ))
  }),
  "removeIfMatch ignores the etag": (store) => ({
    removeIfMatch: (name) => Effect.as(store.remove(name), "removed")
  }),
  "removeIfMatch removes nothing": () => ({ removeIfMatch: () => Effect.succeed("removed") }),
  "removeIfMatch says removed of nothing": (store) => ({
    removeIfMatch: (name, etag) =>
      Effect.flatMap(
        store.load(name),
        ({ _tag }) => _tag === "Found" ? store.removeIfMatch(name, etag) : Effect.succeed("removed" as const)
      )
  }),
  "removeIfMatch says unsupported, and removes": (store) => ({
    removeIfMatch: (name) => Effect.as(store.remove(name), "unsupported")
  }),
  "saveOnce refuses": () => ({ saveOnce: () => Effect.succeed(ConditionalOutcome.Refused()) }),
  "saveOnce writes nothing": () => ({
    saveOnce: () => Effect.succeed(ConditionalOutcome.Written({ etag: Option.none() }))
  }),
  "load dies": () => ({ load: () => Effect.die(new Error("a mistake")) }),
  "load throws": () => ({
    load: () => {
      throw new Error("a mistake")
    }
  }),
  "list fails": () => ({
    list: (prefix) =>
      Stream.fail(new ObjectStoreError({ reason: "Network", operation: "list", target: prefix, detail: "no network" }))
  })
}
