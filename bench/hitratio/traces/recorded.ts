/**
 * What is known of traces that others have recorded, by their names.
 */

const arc = "from N. Megiddo and D. S. Modha, ARC, FAST 2003"
const lirs = "from the authors of LIRS, S. Jiang and X. Zhang, in the simulator of Caffeine"
const cache2k = "(c) headissue GmbH, Jens Wilke, CC BY 4.0, from the cache2k benchmarks"

/** What the requests of a recorded trace are, and where they are from. */
export const recordedTraces: Readonly<Record<string, string>> = {
  "web12": `product pages of a web shop, December 2013; ${cache2k}`,
  "orm-busy": `database objects of a web shop on a busy day; ${cache2k}`,
  "oltp": `one hour of a CODASYL database; ${arc}`,
  "p3": `disk reads of a workstation; ${arc}`,
  "loop": `a loop of 1,011 keys; ${lirs}`,
  "glimpse": `a text search tool; ${lirs}`,
  "2_pools": `a small pool of index pages and a large one of data; ${lirs}`,
  "stress": "two runs of a ledger with five loops between them; put together from the simulator of Caffeine",
  "scarab-recs": "a product recommendation service, by Scarab Research; in the simulator of Caffeine",
  "zipf099": "independent draws among 100,000 keys by Zipf's law (0.99); made by another program",
  "adaptsize-web.sized":
    "objects of a content delivery network, with their sizes; from D. Berger et al., AdaptSize, NSDI 2017"
}
