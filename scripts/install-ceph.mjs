/**
 * Installs what the tests on Ceph need: the monitor, OSD and S3 gateway of the distribution, with `apt-get`, as root or
 * by `sudo`. Nothing is started. Where that is not possible it says so and ends with code 0: those tests are skipped.
 */
import { installPackages } from "./lib/installPackages.mjs"
import { runMain } from "./lib/run.mjs"

await runMain(() =>
  installPackages({
    name: "Ceph",
    programs: ["ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"],
    packages: ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"]
  })
)
