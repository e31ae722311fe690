/**
 * The pictures of the documentation.
 */
import { hitRatio } from "./hitRatio.js"
import { memory } from "./memory.js"
import { outage } from "./outage.js"
import type { Picture } from "./Picture.js"
import { sockets } from "./sockets.js"
import { stale } from "./stale.js"
import { stampede } from "./stampede.js"

/** All of them. */
export const pictures: ReadonlyArray<Picture> = [stampede, outage, stale, sockets, hitRatio, memory]
