/**
 * Runs the tests of the S3 level on a real server.
 *
 * `--endpoint URL` names it (again for more gateways of the same store); credentials and region are those the AWS SDK
 * finds in the environment. `--bucket NAME` is a bucket to use: the tests leave it as it was, but for objects they wrote
 * under `test/`, which are removed. Without it one is made and removed.
 *
 * `--ceph` starts a Ceph gateway in RAM and runs on that; without Ceph on this machine it says so and does nothing.
 *
 * What stands after `--` is handed on to `vitest run`.
 */
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { root, run, runMain } from "./lib/run.mjs"

/** Starts a gateway, calls `use` with what it needs to be reached, and stops it. */
const withCeph = async (use) => {
  await run("node", [join(root, "scripts", "build.mjs"), "demo/tsconfig.json"])
  const child = spawn(process.execPath, ["--no-warnings", join(root, "build/test/servers/cephMain.js")], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  const ended = once(child, "close")
  let complaint = ""
  child.stderr.setEncoding("utf8").on("data", (text) => {
    complaint += text
  })
  try {
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), "line").then(([line]) => line),
      ended.then(() => undefined)
    ])
    if (line === undefined) throw new Error(`Ceph did not start: ${complaint.trimEnd()}`)
    const { credentials, endpoints, region } = JSON.parse(line)
    return await use(endpoints, {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region
    })
  } finally {
    child.kill("SIGTERM")
    await ended
  }
}

/** Calls `use` with the name of a bucket, which is emptied of what the tests wrote. */
const withBucket = async (endpoint, environment, given, use) => {
  Object.assign(process.env, environment)
  const sdk = await import("@aws-sdk/client-s3")
  const client = new sdk.S3Client({
    endpoint,
    region: process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1",
    forcePathStyle: true
  })
  const bucket = given ?? `effect-aws-cache-${randomUUID()}`
  if (given === undefined) await client.send(new sdk.CreateBucketCommand({ Bucket: bucket }))
  try {
    return await use(bucket)
  } finally {
    for await (const { Contents = [] } of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: "test/" })) {
      const Objects = Contents.map(({ Key }) => ({ Key }))
      if (Objects.length > 0) {
        await client.send(new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects } }))
      }
    }
    if (given === undefined) await client.send(new sdk.DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  }
}

const runTests = (endpoints, environment, bucket, args) =>
  withBucket(
    endpoints[0],
    environment,
    bucket,
    (bucket) =>
      run("vitest", ["run", "--mode", "s3", ...args], {
        env: { ...environment, S3_TEST_ENDPOINTS: endpoints.join(","), S3_TEST_BUCKET: bucket }
      })
  )

await runMain(async () => {
  const { positionals, values } = parseArgs({
    options: {
      endpoint: { type: "string", multiple: true, default: [] },
      bucket: { type: "string" },
      ceph: { type: "boolean", default: false }
    },
    allowPositionals: true
  })
  if (values.endpoint.length > 0) return runTests(values.endpoint, {}, values.bucket, positionals)
  if (!values.ceph) throw new Error("npm run test:s3 -- --endpoint URL [--bucket NAME], or --ceph")
  const version = await run("radosgw", ["--version"], { capture: true }).catch((error) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (version === undefined) return console.log("skipped: Ceph is not installed (node scripts/install-ceph.mjs)")
  console.log(version.trim())
  await withCeph((endpoints, environment) => runTests(endpoints, environment, undefined, positionals))
})
