/**
 * Loads the parts of `fauxqs` (an in-memory emulator of S3, SQS and SNS) that an embedded S3 server needs.
 *
 * Its store is not among its exports, so modules of its `dist` are imported by path. That is only sound for the one
 * version it was written against, 1.9.2 (the newest one that runs on Node 20): package.json pins it exactly, and
 * another version is refused here.
 */
import type * as FauxqsModule from "fauxqs"
import { Buffer } from "node:buffer"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

type BuildApp = typeof FauxqsModule.buildApp
type Stores = NonNullable<NonNullable<Parameters<BuildApp>[0]>["stores"]>

/** The HTTP server of fauxqs: a Fastify application that does not listen yet. */
export type App = Awaited<ReturnType<BuildApp>>

/** Where fauxqs keeps buckets and objects. All of its methods are synchronous. */
export type Store = Stores["s3Store"]

type Listing = ReturnType<Store["listObjects"]>

const version = "1.9.2"

const packageFolder = (): string => {
  // fauxqs exports only an ES module, which require.resolve refuses, and import.meta.resolve is missing under vitest.
  const folders = createRequire(import.meta.url).resolve.paths("fauxqs") ?? []
  const folder = folders.map((path) => join(path, "fauxqs")).find((path) => existsSync(join(path, "package.json")))
  if (folder === undefined) {
    throw new Error(`the package fauxqs ${version} is not installed; looked in ${folders.join(", ")}`)
  }
  return folder
}

const hasProperty = <K extends string>(value: unknown, key: K): value is Readonly<Record<K, unknown>> =>
  typeof value === "object" && value !== null && key in value

const hasMethods = (value: unknown, names: ReadonlyArray<string>): boolean =>
  typeof value === "object" && value !== null && names.every((name) => typeof Reflect.get(value, name) === "function")

const isBuildApp = (value: unknown): value is BuildApp => typeof value === "function"

const isClassWith = <A>(methods: ReadonlyArray<string>) => (value: unknown): value is new() => A =>
  typeof value === "function" && hasMethods(value.prototype, methods)

const importMember = async <A>(
  folder: string,
  path: string,
  name: string,
  is: (value: unknown) => value is A
): Promise<A> => {
  const module: unknown = await import(pathToFileURL(join(folder, "dist", path)).href)
  const member = hasProperty(module, name) ? module[name] : undefined
  if (!is(member)) {
    throw new TypeError(`fauxqs/dist/${path} has no ${name} of the expected shape`)
  }
  return member
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * One page of keys in UTF-8 byte order. fauxqs sorts by locale but pages by code unit, which loses keys between pages
 * (`B` after `a`).
 */
const page = (
  sorted: Listing["objects"],
  { after, delimiter, limit, prefix }: {
    readonly after: string
    readonly delimiter: string | undefined
    readonly limit: number
    readonly prefix: string
  }
): Listing => {
  const objects: Listing["objects"] = []
  const commonPrefixes = new Set<string>()
  for (const object of sorted) {
    const end = delimiter === undefined || delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length)
    const commonPrefix = end < 0 ? undefined : object.key.slice(0, end + (delimiter ?? "").length)
    if (byteOrder(commonPrefix ?? object.key, after) <= 0 && after !== "") {
      continue
    }
    if (commonPrefix !== undefined && commonPrefixes.has(commonPrefix)) {
      continue
    }
    if (objects.length + commonPrefixes.size >= limit) {
      return { objects, commonPrefixes: [...commonPrefixes], isTruncated: true }
    }
    if (commonPrefix === undefined) {
      objects.push(object)
    } else {
      commonPrefixes.add(commonPrefix)
    }
  }
  return { objects, commonPrefixes: [...commonPrefixes], isTruncated: false }
}

/**
 * Builds an application with empty stores and no logger. It listens nowhere, prints nothing and installs no signal
 * handler. Rejects when fauxqs is missing or is another version.
 */
export const build = async (): Promise<{ readonly app: App; readonly store: Store }> => {
  const folder = packageFolder()
  const manifest: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
  const found = hasProperty(manifest, "version") ? manifest.version : undefined
  if (found !== version) {
    throw new Error(`expected fauxqs ${version}, found ${String(found)} in ${folder}`)
  }
  const isSqs = isClassWith<Stores["sqsStore"]>(["shutdown"])
  const isSns = isClassWith<Stores["snsStore"]>(["createTopic"])
  const isS3 = isClassWith<Store>(["createBucket", "hasBucket", "headObject", "listObjects"])
  const [buildApp, SqsStore, SnsStore, S3Store] = await Promise.all([
    importMember(folder, "app.js", "buildApp", isBuildApp),
    importMember(folder, "sqs/sqsStore.js", "SqsStore", isSqs),
    importMember(folder, "sns/snsStore.js", "SnsStore", isSns),
    importMember(folder, "s3/s3Store.js", "S3Store", isS3)
  ])

  class OrderedStore extends S3Store {
    override listObjects(...[bucket, options = {}]: Parameters<Store["listObjects"]>): Listing {
      const prefix = options.prefix ?? ""
      const { objects } = super.listObjects(bucket, { prefix, maxKeys: Number.MAX_SAFE_INTEGER })
      return page(objects.toSorted((a, b) => byteOrder(a.key, b.key)), {
        prefix,
        delimiter: options.delimiter,
        limit: options.maxKeys ?? 1000,
        after: options.startAfter ?? options.marker ?? ""
      })
    }
  }

  const store = new OrderedStore()
  const app = buildApp({
    logger: false,
    stores: { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: store }
  })
  return { app, store }
}
