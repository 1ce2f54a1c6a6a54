package dev.culvert.tunnel;

import dev.culvert.io.Quoted;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a tunnel leads to; prints as people write it. */
public sealed interface Destination {
    /** The highest port of TCP. */
    int MOST_PORT = 65_535;

    /** The one word that says on the wire what kind it is. */
    String kind();

    /** Where the host's service is. */
    sealed interface OnHost extends Destination {}

    /** A port on the loopback address of the guest. */
    record Port(int number) implements Destination {
        public Port {
            checkPort(number);
        }

        @Override
        public String kind() {
            return "port";
        }

        @Override
        public String toString() {
            return "port " + number;
        }
    }

    /** The interface of the host for requests to an LLM, with the host's keys. */
    record Llm() implements OnHost {
        @Override
        public String kind() {
            return "llm";
        }

        @Override
        public String toString() {
            return "the host's LLM interface";
        }
    }

    /** A service anywhere, which the host connects to for the guest. */
    record Egress(String host, int port) implements OnHost {
        public Egress {
            checkHost(host);
            checkPort(port);
        }

        @Override
        public String kind() {
            return "egress";
        }

        @Override
        public String toString() {
            return place(host, port);
        }
    }

    /** A service that somebody on the host's side offers to the guest. */
    record Reverse(String host, int port) implements OnHost {
        public Reverse {
            checkHost(host);
            checkPort(port);
        }

        @Override
        public String kind() {
            return "reverse";
        }

        @Override
        public String toString() {
            return place(host, port);
        }
    }

    /** Nothing: whether the guest lets hosts connect to that port of its loopback address. */
    record Ask(int port) implements Destination {
        public Ask {
            checkPort(port);
        }

        @Override
        public String kind() {
            return "ask";
        }

        @Override
        public String toString() {
            return "whether port " + port + " is allowed";
        }
    }

    /**
     * A port that the guest is to open on its loopback address, for as long as there is the tunnel:
     * each connection to it becomes a tunnel of its own to {@code service}.
     */
    record Listen(int port, Reverse service) implements Destination {
        public static final String TAKES = "PORT:HOST:PORT, as in 15432:127.0.0.1:5432";

        public Listen {
            checkPort(port);
        }

        /**
         * Reads {@code PORT:HOST:PORT}, with an IPv6 address in brackets.
         *
         * @throws IllegalArgumentException one sentence
         */
        public static Listen parse(String text) {
            int colon = text.indexOf(':');
            String port = text.substring(0, Math.max(0, colon));
            if (!Place.DIGITS.matcher(port).matches()) {
                throw new IllegalArgumentException("\"" + Quoted.word(text) + "\" is not " + TAKES);
            }
            Place place = Place.parse(text.substring(colon + 1));
            return new Listen(Integer.parseInt(port), new Reverse(place.host(), place.port()));
        }

        @Override
        public String kind() {
            return "listen";
        }

        @Override
        public String toString() {
            return port + ":" + service;
        }
    }

    /** A host and a port, in lower case. */
    record Place(String host, int port) {
        private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,255}");
        private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
        private static final Pattern DIGITS = Pattern.compile("[0-9]{1,5}");

        /**
         * Reads {@code HOST:PORT} or {@code [IPV6]:PORT}.
         *
         * @throws IllegalArgumentException one sentence
         */
        public static Place parse(String text) {
            int colon = text.lastIndexOf(':');
            String host = text.substring(0, Math.max(0, colon));
            String port = text.substring(colon + 1);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                host = "";
            }
            if (!isHost(host) || !DIGITS.matcher(port).matches()) {
                throw new IllegalArgumentException(
                        "\"" + Quoted.word(text) + "\" is not HOST:PORT, with IPv6 in brackets");
            }
            int number = Integer.parseInt(port);
            checkPort(number);
            return new Place(host.toLowerCase(Locale.ROOT), number);
        }

        static boolean isHost(String text) {
            return HOST.matcher(text).matches()
                    || (text.indexOf(':') >= 0 && IPV6.matcher(text).matches());
        }
    }

    private static String place(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static void checkHost(String host) {
        if (!Place.isHost(host)) {
            throw new IllegalArgumentException(
                    "\"" + Quoted.word(host) + "\" is neither a host name nor an IP address");
        }
    }

    private static void checkPort(int port) {
        if (port < 1 || port > MOST_PORT) {
            throw new IllegalArgumentException(
                    "the port is " + port + ": it must be from 1 to " + MOST_PORT);
        }
    }
}
