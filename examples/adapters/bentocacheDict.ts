import { BaseDriver } from "bentocache/drivers/base_driver"
import type { CreateDriverResult, DriverCommonOptions, L1CacheDriver } from "bentocache/types"
import type { SyncTtlDict } from "effect-aws-cache/Ttl"

// The first level of a bentocache, bounded in bytes: `bentostore().useL1Layer(dictDriver(dict))`.
class DictDriver extends BaseDriver implements L1CacheDriver {
  readonly type = "l1"
  readonly dict: SyncTtlDict<string, string>

  constructor(dict: SyncTtlDict<string, string>, config: DriverCommonOptions) {
    super(config)
    this.dict = dict
  }

  namespace = (name: string) => new DictDriver(this.dict, { ...this.config, prefix: this.createNamespacePrefix(name) })
  get = (key: string) => this.dict.get(this.getItemKey(key))
  pull = (key: string) => this.dict.pop(this.getItemKey(key))
  getRemainingTtl = (key: string) => this.dict.timeToLive(this.getItemKey(key))
  delete = (key: string) => this.dict.delete(this.getItemKey(key))
  disconnect = () => {}

  set(key: string, value: string, ttl?: number): boolean {
    this.dict.set(this.getItemKey(key), value, ttl === undefined ? undefined : { timeToLive: ttl })
    return true
  }

  deleteMany(keys: Array<string>): boolean {
    for (const key of keys) this.delete(key)
    return true
  }

  clear(): void {
    const prefix = this.prefix === "" ? "" : `${this.prefix}:`
    for (const key of this.dict.keys()) if (key.startsWith(prefix)) this.dict.delete(key)
  }
}

export const dictDriver = (dict: SyncTtlDict<string, string>): CreateDriverResult<L1CacheDriver> => ({
  options: {},
  factory: (config: DriverCommonOptions) => new DictDriver(dict, config)
})
