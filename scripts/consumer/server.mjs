/**
 * The S3 server that the programs of users run on.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { root, run } from "../lib/run.mjs"

const bucket = "quickstart"

/** Milliseconds that the server may take to start. */
const startLimit = 120_000

/** Starts the embedded S3 server, calls `use` with the environment in which programs find it, and ends the server. */
export const withServer = async (use) => {
  await run("node", [join(root, "scripts", "build.mjs"), "demo/tsconfig.json"])
  const server = spawn(process.execPath, [join(root, "build", "test", "servers", "embeddedS3Main.js"), bucket], {
    env: { ...process.env, EMBEDDED_S3_BUCKETS: bucket },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const ended = new Promise((resolve) => server.once("close", (code, signal) => resolve(code ?? signal)))
  let result
  try {
    const endpoint = await new Promise((resolve, reject) => {
      let text = ""
      const timer = setTimeout(() => reject(new Error(`the embedded S3 server said: ${text}`)), startLimit)
      server.once("error", reject)
      ended.then((code) => reject(new Error(`the embedded S3 server ended with ${code}: ${text}`)))
      server.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += chunk
        const line = /^endpoint=(http:\/\/\S+)\n/m.exec(text)
        if (line !== null) {
          clearTimeout(timer)
          resolve(line[1])
        }
      })
    })
    result = await use({
      S3_CACHE_BUCKET: bucket,
      AWS_ENDPOINT_URL: endpoint.replace("127.0.0.1", "localhost"),
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "quickstart",
      AWS_SECRET_ACCESS_KEY: "quickstart-secret"
    })
  } finally {
    server.kill("SIGTERM")
    await ended
  }
  const code = await ended
  if (code !== 0) throw new Error(`the embedded S3 server ended with ${code} after SIGTERM`)
  return result
}
