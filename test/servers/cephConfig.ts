/**
 * The configuration of a Ceph cluster on one machine.
 */

/** What a cluster is made of. */
export interface CephShape {
  readonly monitors: number
  readonly osds: number
  readonly gateways: number
  /** Whether objects are kept in RAM, and are gone with the OSD; otherwise in files of the folder. */
  readonly inMemory: boolean
}

/**
 * The text of `ceph.conf` for a cluster that listens on 127.0.0.1 only and keeps everything in a folder. It is tuned to
 * start in seconds and to notice within seconds what was killed.
 *
 * @param ports of the monitors, then of the gateways; OSDs find free ones by themselves
 */
export const cephConfig = (
  { gateways, inMemory, monitors, osds }: CephShape,
  { clusterId, folder, ports }: {
    readonly clusterId: string
    readonly folder: string
    readonly ports: { readonly monitors: ReadonlyArray<number>; readonly gateways: ReadonlyArray<number> }
  }
): string => {
  const replicas = Math.min(osds, 3)
  const section = (name: string, options: Readonly<Record<string, string | number | boolean>>) =>
    `[${name}]\n${Object.entries(options).map(([option, value]) => `${option} = ${value}\n`).join("")}`
  const quiet = ["rgw", "ms", "osd", "bluestore", "bdev", "bluefs", "rocksdb", "mon", "paxos", "auth", "objclass"]
  return [
    section("global", {
      fsid: clusterId,
      mon_host: `[${ports.monitors.map((port) => `v2:127.0.0.1:${port}`).join(",")}]`,
      mon_initial_members: Array.from({ length: monitors }, (_, at) => `m${at}`).join(","),
      keyring: `${folder}/keyring`,
      public_addr: "127.0.0.1",
      cluster_addr: "127.0.0.1",
      ms_bind_ipv6: false,
      ms_bind_msgr1: false,
      run_dir: folder,
      crash_dir: folder,
      // The path of a socket could be too long; nobody uses them.
      admin_socket: "",
      pid_file: "",
      log_file: `${folder}/$name.log`,
      log_to_stderr: false,
      osd_pool_default_size: replicas,
      osd_pool_default_min_size: Math.ceil(replicas / 2),
      osd_pool_default_pg_num: 8,
      osd_pool_default_pgp_num: 8,
      osd_pool_default_pg_autoscale_mode: "off",
      // Replicas may be on OSDs of one machine, and only one where there is one OSD.
      osd_crush_chooseleaf_type: 0,
      mon_allow_pool_size_one: true,
      mon_max_pg_per_osd: 2000,
      mon_data_avail_warn: 1,
      mon_data_avail_crit: 1,
      // A hung OSD is given up after six seconds, on the word of one other.
      osd_heartbeat_interval: 2,
      osd_heartbeat_grace: 6,
      mon_osd_min_down_reporters: 1,
      mon_osd_adjust_heartbeat_grace: false,
      // Monitors agree quickly: otherwise every step of the start waits for a second.
      paxos_propose_interval: 0.05,
      paxos_min_wait: 0.02,
      ...Object.fromEntries(quiet.map((part) => [`debug_${part}`, "0/0"]))
    }),
    section("mon", {
      mon_data: `${folder}/mon.$id`,
      mon_cluster_log_file: `${folder}/cluster.log`,
      mon_osd_down_out_interval: 86_400,
      mon_election_timeout: 1,
      auth_allow_insecure_global_id_reclaim: false
    }),
    section("osd", {
      osd_data: `${folder}/osd.$id`,
      osd_objectstore: inMemory ? "memstore" : "bluestore",
      memstore_device_bytes: 2 ** 31,
      // A sparse file.
      bluestore_block_size: 2 ** 32,
      bluestore_block_db_create: false,
      bluestore_block_wal_create: false,
      bluestore_cache_autotune: false,
      bluestore_cache_size: 2 ** 26,
      osd_memory_target: 939_524_096,
      osd_op_num_shards: 2,
      osd_op_num_threads_per_shard: 1,
      osd_max_object_name_len: 2048,
      osd_class_load_list: "*",
      osd_class_default_list: "*"
    }),
    section("client", {
      rgw_thread_pool_size: 64,
      rgw_enable_usage_log: false,
      rgw_enable_ops_log: false,
      rgw_override_bucket_index_max_shards: 1,
      rgw_dynamic_resharding: false,
      rgw_rados_pool_pg_num_min: 4,
      rgw_run_sync_thread: false,
      rgw_enable_apis: "s3, admin, notifications",
      // Otherwise it takes its time to end.
      rgw_exit_timeout_secs: 2
    }),
    ...Array.from({ length: gateways }, (_, at) =>
      // Without `tcp_nodelay` every answer waits for the client's delayed acknowledgement.
      section(`client.rgw.g${at}`, {
        rgw_frontends: `beast endpoint=127.0.0.1:${ports.gateways[at]} tcp_nodelay=1`
      }))
  ].join("\n")
}
