/**
 * Releases the package: checks it, turns the files in `.changeset` into the next version and its entry in CHANGELOG.md,
 * packs it for Effect 3 and for Effect 4, lists what is in the tarballs, and publishes them. Without such files the version is
 * the one in package.json; that for Effect 4 is one major above. `--tag3` and `--tag4` are npm's tags of the two, by default
 * `effect3` and `latest`.
 *
 * `npm run release -- --dry-run` does all but publish, in a clone in a temporary folder: nothing here changes.
 */
import { readdir, readFile, symlink } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { root, run, runMain, withTemporaryFolder } from "./lib/run.mjs"

const { values: { "dry-run": dryRun, tag3, tag4 } } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    tag3: { type: "string", default: "effect3" },
    tag4: { type: "string", default: "latest" }
  }
})

const git = (folder, ...args) => run("git", args, { cwd: folder, capture: true })

const say = (text) => console.log(`\n=== ${text}`)

const readManifest = async (folder) => JSON.parse(await readFile(join(folder, "package.json"), "utf8"))

const requireCleanTree = async (folder) => {
  const changed = await git(folder, "status", "--porcelain")
  if (changed !== "") throw new Error(`a release is made of what is committed. These are not:\n${changed}`)
}

/** The next version, committed, where files say what has changed; its entry in the change log, in any case. */
const takeVersion = async (folder) => {
  const files = (await readdir(join(folder, ".changeset"))).filter((name) => /^(?!README)[^.]+\.md$/.test(name))
  if (files.length > 0) {
    await run("changeset", ["version"], { cwd: folder })
    await run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--offline"], {
      cwd: folder,
      clean: true,
      capture: true
    })
  }
  const { version } = await readManifest(folder)
  const log = await readFile(join(folder, "CHANGELOG.md"), "utf8")
  const entry = log.split(/^(?=## )/m).find((part) => part.startsWith(`## ${version}\n`))
  if (entry === undefined) throw new Error(`CHANGELOG.md has no entry for ${version}`)
  console.log(`${files.length} files in .changeset; the version is ${version}\n\n${entry.trimEnd()}`)
  if (files.length > 0) {
    await git(folder, "add", "--all")
    await git(folder, "commit", "--quiet", "--message", `Release ${version}`)
  }
  return version
}

const packIn = async (folder, target) => {
  await run(process.execPath, [join(folder, "scripts", "build.mjs")], { cwd: folder })
  const output = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", target], {
    cwd: folder,
    clean: true,
    capture: true
  })
  const [{ filename, files, size, unpackedSize }] = Object.values(JSON.parse(output))
  // Of folders, which have hundreds of files, how many there are.
  const folders = new Map()
  for (const { path } of files) {
    const [first] = path.split("/")
    folders.set(first, [...(folders.get(first) ?? []), path])
  }
  for (const [name, inside] of folders) console.log(inside.length > 1 ? `${name}: ${inside.length} files` : name)
  console.log(`${filename}: ${files.length} files, ${size} bytes, ${unpackedSize} bytes unpacked`)
  return join(target, filename)
}

/** Only some hosts of CI can say where a package was built. */
const hasProvenance = process.env["GITHUB_ACTIONS"] === "true" || process.env["GITLAB_CI"] === "true"

const publish = async (tarball, tag) => {
  if (!hasProvenance) console.log("without provenance: that is for GitHub Actions and GitLab CI to give")
  await run("npm", [
    ...[
      "publish",
      tarball,
      "--loglevel=warn",
      "--access",
      "public",
      "--tag",
      tag,
      `--provenance=${hasProvenance && !dryRun}`
    ],
    ...(dryRun ? ["--dry-run"] : [])
  ], { clean: true, cwd: join(tarball, "..") })
}

const release = async (folder, target) => {
  say("version")
  const version = await takeVersion(folder)
  say("pack")
  const tarball3 = await packIn(folder, target)
  const { built, makeRepository } = await import(pathToFileURL(join(folder, "scripts/effect4/makeRepository.mjs")).href)
  await makeRepository()
  const tarball4 = await packIn(built, target)
  say(dryRun ? "publish, as a trial" : "publish")
  await publish(tarball3, tag3)
  await publish(tarball4, tag4)
  await git(folder, "tag", `v${version}`)
  say(dryRun ? `${version} can be published` : `${version} is published; git push --follow-tags`)
}

await runMain(() =>
  withTemporaryFolder("release", async (target) => {
    say("clean tree")
    await requireCleanTree(root)
    console.log(`at ${(await git(root, "log", "-1", "--format=%h %s")).trimEnd()}`)
    say("checks")
    await run("npm", ["run", "--silent", "clean"])
    await run("npm", ["run", "--silent", "check"])
    if (!dryRun) return release(root, target)
    const clone = join(target, "clone")
    await git(root, "clone", "--quiet", "--no-tags", root, clone)
    await symlink(join(root, "node_modules"), join(clone, "node_modules"))
    await release(clone, target)
  })
)
