package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What gives a virtual machine a vsock device, by which the agent in it is reached.
 *
 * @param vmid of the machine
 * @param before its {@code args} of now; empty if it has none
 * @param after what they are to be
 * @param digest of the configuration that was read, so that a change in between is found out
 */
public record Adoption(String vmid, String before, String after, long cid, String digest) {
    /** 0, 1 and 2 are the hypervisor's, and the last one means any. */
    private static final long LEAST_CID = 3;

    private static final long MOST_CID = 0xffff_fffeL;

    private static final Pattern DEVICE =
            Pattern.compile("(vhost-vsock-pci[^\\s]*?guest-cid=)([0-9]{1,10})(?![0-9])");

    /** The CID of the vsock device in {@code args}. */
    public static OptionalLong cid(String args) {
        Matcher found = DEVICE.matcher(args);
        return found.find()
                ? OptionalLong.of(Long.parseLong(found.group(2)))
                : OptionalLong.empty();
    }

    /**
     * Keeps what is there, and appends the device.
     *
     * @param renumbers whether a device that is there gets another CID, which a clone needs
     * @throws UsageException if that is no CID, or it has another one
     */
    public static Adoption of(String vmid, String args, long cid, String digest, boolean renumbers)
            throws UsageException {
        if (cid < LEAST_CID || cid > MOST_CID) {
            throw new UsageException(
                    "%d is no CID of a VM: it takes %d to %d, such as the VM's id"
                            .formatted(cid, LEAST_CID, MOST_CID));
        }
        OptionalLong there = cid(args);
        if (there.isEmpty()) {
            String device = "-device vhost-vsock-pci,guest-cid=" + cid;
            String all = args.isBlank() ? device : args + " " + device;
            return new Adoption(vmid, args, all, cid, digest);
        }
        if (there.getAsLong() == cid) {
            return new Adoption(vmid, args, args, cid, digest);
        }
        if (!renumbers) {
            throw new UsageException(
                    "VM %s has a vsock device with the CID %d already: keep it with --cid %d; if it is a clone, --renumber gives it the CID %d"
                            .formatted(
                                    Quoted.word(vmid), there.getAsLong(), there.getAsLong(), cid));
        }
        String renumbered = DEVICE.matcher(args).replaceFirst("$1" + cid);
        return new Adoption(vmid, args, renumbered, cid, digest);
    }

    /** Whether all is there. */
    public boolean isDone() {
        return after.equals(before);
    }

    /** What root runs on the node. */
    public List<String> command() {
        List<String> words = new ArrayList<>(List.of("qm", "set", vmid, "--args", after));
        if (!digest.isEmpty()) {
            words.addAll(List.of("--digest", digest));
        }
        return words;
    }

    /** The same for a shell. */
    public String line() {
        return String.join(" ", command().stream().map(Adoption::quoted).toList());
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=@%+,-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
