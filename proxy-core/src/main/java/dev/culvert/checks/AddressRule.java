package dev.culvert.checks;

import java.net.InetAddress;

/** Decides which addresses a check may connect to. */
@FunctionalInterface
public interface AddressRule {
    AddressRule ANY = _ -> true;

    boolean allows(InetAddress address);
}
