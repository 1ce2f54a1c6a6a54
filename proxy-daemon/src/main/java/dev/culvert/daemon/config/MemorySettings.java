package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.DirectMemory;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;

/**
 * The section {@code memory}: how many bytes may wait in the daemon.
 *
 * @param maxHeldBytes in all; 0 is half of the memory for network buffers
 * @param highMark the percentage of a limit above which new work is refused
 * @param agentShare the percentage of the whole for one agent
 * @param clientShare the percentage of the whole for one client
 * @param bodyShare the percentage of the whole for all incomplete requests
 */
public record MemorySettings(
        long maxHeldBytes, int highMark, int agentShare, int clientShare, int bodyShare) {
    public static final String MAX_HELD_BYTES = "memory.max_held_bytes";
    public static final String AGENT_SHARE = "memory.agent_share";
    public static final String CLIENT_SHARE = "memory.client_share";
    public static final String BODY_SHARE = "memory.body_share";

    public static final MemorySettings DEFAULTS = new MemorySettings(0, 75, 25, 25, 40);

    /* For memory that is not counted: the allocator's reserve, single reads, small objects. */
    private static final int RESERVED_PART = 4;

    private static final int WHOLE = 100;

    public MemorySettings {
        long all = DirectMemory.limitBytes();
        Check.atLeast("max_held_bytes", maxHeldBytes, 0);
        Check.that(
                maxHeldBytes <= all - all / RESERVED_PART,
                "max_held_bytes",
                maxHeldBytes,
                "this JVM has "
                        + all
                        + " bytes for network buffers, and a quarter of them must stay free;"
                        + " -Dio.netty.maxDirectMemory, with a larger -XX:MaxDirectMemorySize, gives it more");
        Check.between("high_mark", highMark, 1, WHOLE);
        Check.between("agent_share", agentShare, 1, WHOLE);
        Check.between("client_share", clientShare, 1, WHOLE);
        Check.between("body_share", bodyShare, 1, WHOLE);
        Check.that(
                bodyShare < highMark,
                "body_share",
                bodyShare + "%",
                "it must be less than high_mark, "
                        + highMark
                        + "%, or incomplete requests would keep all others out");
    }

    public AccountLimits limits() {
        long bytes = maxHeldBytes == 0 ? DirectMemory.limitBytes() / 2 : maxHeldBytes;
        return new AccountLimits(MAX_HELD_BYTES, bytes, highMark);
    }

    static MemorySettings read(Section in) {
        return new MemorySettings(
                in.get("max_held_bytes", Kind.LARGE_BYTES, DEFAULTS.maxHeldBytes),
                in.get("high_mark", Kind.PERCENT, DEFAULTS.highMark),
                in.get("agent_share", Kind.PERCENT, DEFAULTS.agentShare),
                in.get("client_share", Kind.PERCENT, DEFAULTS.clientShare),
                in.get("body_share", Kind.PERCENT, DEFAULTS.bodyShare));
    }
}
