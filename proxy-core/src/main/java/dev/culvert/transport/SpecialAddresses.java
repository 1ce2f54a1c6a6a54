package dev.culvert.transport;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses where no server of the Internet is, and those of this machine: what only the host may
 * reach is nothing to those who ask it to connect.
 */
public final class SpecialAddresses {
    /** IANA's registries of special-purpose addresses. */
    private static final List<IpNetwork> SPECIAL =
            Stream.of(
                            "0.0.0.0/8",
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "127.0.0.0/8",
                            "169.254.0.0/16",
                            "172.16.0.0/12",
                            "192.0.0.0/24",
                            "192.0.2.0/24",
                            "192.88.99.0/24",
                            "192.168.0.0/16",
                            "198.18.0.0/15",
                            "198.51.100.0/24",
                            "203.0.113.0/24",
                            "224.0.0.0/4",
                            "240.0.0.0/4",
                            "::/96",
                            "64:ff9b::/96",
                            "64:ff9b:1::/48",
                            "100::/64",
                            "2001::/23",
                            "2001:db8::/32",
                            "2002::/16",
                            "3fff::/20",
                            "5f00::/16",
                            "fc00::/7",
                            "fe80::/10",
                            "fec0::/10",
                            "ff00::/8")
                    .map(IpNetwork::parse)
                    .toList();

    private SpecialAddresses() {}

    /** Whether no server of the Internet can have it. */
    public static boolean contain(InetAddress address) {
        IpAddress its = IpAddress.of(address);
        return SPECIAL.stream().anyMatch(network -> network.contains(its));
    }

    /**
     * Whether this machine has it, as a public address of its own: what is sent there does not pass
     * the firewall in front of it. Asks the kernel, so it is not for event loops.
     */
    public static boolean areOfThisHost(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            return true; // nobody knows
        }
    }
}
