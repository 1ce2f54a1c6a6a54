package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Incoming;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.net.BindException;
import java.time.Duration;

/** Turns the system's errors into sentences that say what to check. */
final class Diagnosis {
    private static final String NO_VSOCK =
            "this kernel has no vsock: are the modules vsock and its transport loaded?";

    private static final String NO_DESCRIPTOR =
            "this process has no file descriptor left: raise its limit, LimitNOFILE= of the systemd"
                    + " unit or ulimit -n";

    private Diagnosis() {}

    static DialException timedOut(AgentAddress address, Duration timeout) {
        return timedOut(address, "no answer within " + timeout.toMillis() + " ms");
    }

    private static DialException timedOut(AgentAddress address, String what) {
        String check =
                switch (address) {
                    case Vsock _ -> "is the VM running, and is its vsock driver up?";
                    case HybridUnix hybrid ->
                            "is the VM running, and does something listen on port "
                                    + Integer.toUnsignedString(hybrid.port())
                                    + " in it?";
                    case Unix _ -> "does the process behind this socket still accept?";
                    case Tcp _ -> "is the host up, and does a firewall drop what is sent to it?";
                    case Incoming _ -> "does the agent dial in?";
                };
        return new DialException(address, what + ": " + check);
    }

    /** Nobody listens on the port, and the VM or its monitor said so. */
    static DialException nobodyListens(AgentAddress address) {
        String sentence =
                switch (address) {
                    case Vsock vsock -> nobodyInTheVm(vsock.port());
                    case HybridUnix hybrid -> nobodyInTheVm(hybrid.port());
                    case Unix _ -> staleSocket("the process that made it");
                    case Tcp _ ->
                            "nothing listens on this port: is the program that should listen there running?";
                    case Incoming _ -> "this agent dials in";
                };
        return new DialException(address, sentence);
    }

    private static String nobodyInTheVm(int port) {
        return "nothing listens on port "
                + Integer.toUnsignedString(port)
                + " in the VM: is culvert-agent running there?";
    }

    private static String staleSocket(String owner) {
        return "nothing listens on this socket: is " + owner + " still running?";
    }

    static DialException dialing(AgentAddress address, Throwable cause) {
        return switch (Errno.of(cause)) {
            case NO_HOST -> new DialException(address, "no such host: is its name spelt right?");
            case REFUSED ->
                    address instanceof HybridUnix
                            ? new DialException(address, staleSocket("the VM's monitor"))
                            : nobodyListens(address);
            case RESET -> // how vsock says that nobody listens
                    address instanceof Vsock ? nobodyListens(address) : other(address, cause);
            case NO_ENTRY ->
                    new DialException(
                            address,
                            "there is no such socket: is the VM started, and is the path right?");
            case NO_DEVICE ->
                    new DialException(
                            address,
                            "no VM has this CID: is it started, and is vhost_vsock loaded here?");
            case TIMED_OUT -> timedOut(address, "the system gave up waiting for an answer");
            case ACCESS_DENIED -> denied(address, "may this user write to it?");
            case NO_ADDRESS_FAMILY -> new DialException(address, NO_VSOCK);
            case TRY_AGAIN ->
                    failed(
                            address,
                            "the queue of connections that wait there is full: does the process"
                                    + " behind it still accept?");
            case UNREACHABLE ->
                    failed(
                            address,
                            "there is no route to this host: is this machine on its network?");
            case NO_DESCRIPTOR -> failed(address, NO_DESCRIPTOR);
            case ADDRESS_IN_USE, ADDRESS_NOT_HERE, OTHER -> other(address, cause);
        };
    }

    static DialException listening(AgentAddress address, Throwable cause) {
        return switch (Errno.of(cause)) {
            case ADDRESS_IN_USE -> inUse(address);
            case ACCESS_DENIED ->
                    denied(
                            address,
                            address instanceof Unix
                                    ? "may this user write to the directory?"
                                    : "ports below 1024 need a privilege");
            case ADDRESS_NOT_HERE ->
                    failed(
                            address,
                            "this machine does not have this address: choose one that it has");
            case NO_ENTRY ->
                    failed(address, "the directory of this socket does not exist: create it first");
            case NO_HOST -> failed(address, "no such host: is its name spelt right?");
            case NO_DESCRIPTOR -> failed(address, NO_DESCRIPTOR);
            case NO_ADDRESS_FAMILY -> new DialException(address, NO_VSOCK);
            case TRY_AGAIN, NO_DEVICE, RESET, TIMED_OUT, REFUSED, UNREACHABLE, OTHER ->
                    other(address, cause);
        };
    }

    /** Its cause is a {@link BindException}, by which a caller knows it. */
    static DialException inUse(AgentAddress address) {
        return new DialException(
                address,
                "another process listens there: stop it, or choose another address",
                new BindException("Address already in use"));
    }

    private static DialException denied(AgentAddress address, String check) {
        return failed(address, "permission denied: " + check);
    }

    private static DialException other(AgentAddress address, Throwable cause) {
        String message = cause.getMessage();
        return new DialException(address, message == null ? cause.toString() : message, cause);
    }

    private static DialException failed(AgentAddress address, String sentence) {
        return new DialException(address, sentence);
    }
}
