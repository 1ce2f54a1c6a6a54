package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;

/** Does one operation, while it holds the cluster's lock. */
@FunctionalInterface
interface Handler {
    /** The member {@code data} of the answer. */
    Value answer(Call call) throws Refused;
}
