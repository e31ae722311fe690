/**
 * What every test file is set up with: hashes of keys are the same in every run. What a policy keeps that estimates how
 * often keys were seen depends on them.
 */
import { fixHashes } from "../../src/Cache/engine/structures/keyHash.js"

fixHashes()
