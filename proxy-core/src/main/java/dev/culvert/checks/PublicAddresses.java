package dev.culvert.checks;

import dev.culvert.transport.IpAddress;
import dev.culvert.transport.IpNetwork;
import dev.culvert.transport.SpecialAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * Allows the addresses of the Internet, and those of some networks that are not: what is behind
 * this machine's firewall, or on the machine itself, is nothing to everybody who may ask for a
 * check. Not for event loops.
 *
 * @param more networks that are allowed, too
 * @param isOfThisHost whether the machine itself has the address
 */
public record PublicAddresses(List<IpNetwork> more, Predicate<InetAddress> isOfThisHost)
        implements AddressRule {
    public PublicAddresses {
        more = List.copyOf(more);
    }

    /** Of the Internet, as seen from this machine. */
    public PublicAddresses(List<IpNetwork> more) {
        this(more, SpecialAddresses::areOfThisHost);
    }

    @Override
    public boolean allows(InetAddress address) {
        IpAddress its = IpAddress.of(address);
        return more.stream().anyMatch(network -> network.contains(its))
                || (!SpecialAddresses.contain(address) && !isOfThisHost.test(address));
    }
}
