package dev.culvert.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A key with its certificate, and that of the issuer if another one signed it. Written by hand in
 * DER, because the JDK makes certificates only with keytool, which takes half a second each.
 *
 * @param chain the certificate, and then that of its issuer
 */
public record TestCertificate(KeyPair keys, List<X509Certificate> chain) {
    public static final Validity USUAL = Validity.days(90);

    private static final byte[] ECDSA_WITH_SHA256 =
            HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final byte[] ALTERNATIVE_NAMES = HexFormat.of().parseHex("0603551d11");
    private static final byte[] BASIC_CONSTRAINTS = HexFormat.of().parseHex("0603551d13");
    private static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * When it holds.
     *
     * @param from from now; negative for the past
     */
    public record Validity(Duration from, Duration length) {
        /** From now on. */
        public static Validity days(int days) {
            return new Validity(Duration.ZERO, Duration.ofDays(days));
        }
    }

    /** One that issues others. */
    public static TestCertificate issuer(String name) {
        KeyPair keys = newKeys();
        byte[] isIssuer = tagged(0x04, sequence(TRUE));
        byte[] constraints = sequence(BASIC_CONSTRAINTS, TRUE, isIssuer);
        byte[] called = called(name);
        return new TestCertificate(
                keys,
                List.of(
                        signed(
                                content(called, called, keys, USUAL, constraints),
                                keys.getPrivate())));
    }

    /**
     * One that nobody else has signed.
     *
     * @param names as {@code dns:localhost}, {@code ip:127.0.0.1}, {@code email:…} or {@code uri:…}
     */
    public static TestCertificate selfSigned(String name, Validity validity, String... names) {
        KeyPair keys = newKeys();
        byte[] called = called(name);
        return new TestCertificate(
                keys,
                List.of(
                        signed(
                                content(called, called, keys, validity, alternative(names)),
                                keys.getPrivate())));
    }

    /** One that this one has signed; {@code names} as for {@link #selfSigned}. */
    public TestCertificate issue(String name, Validity validity, String... names) {
        KeyPair made = newKeys();
        byte[] issuer = certificate().getSubjectX500Principal().getEncoded();
        X509Certificate certificate =
                signed(
                        content(issuer, called(name), made, validity, alternative(names)),
                        keys.getPrivate());
        return new TestCertificate(
                made, Stream.concat(Stream.of(certificate), chain.stream()).toList());
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate signed(byte[] content, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(content);
            byte[] whole = sequence(content, ECDSA_WITH_SHA256, bits(signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(
            byte[] issuer, byte[] subject, KeyPair keys, Validity validity, byte[] extension) {
        byte[] serial = new BigInteger(64, new SecureRandom()).setBit(62).toByteArray();
        Instant from = Instant.now().plus(validity.from());
        return sequence(
                tagged(0xa0, tagged(0x02, new byte[] {2})),
                tagged(0x02, serial),
                ECDSA_WITH_SHA256,
                issuer,
                sequence(time(from), time(from.plus(validity.length()))),
                subject,
                keys.getPublic().getEncoded(),
                tagged(0xa3, sequence(extension)));
    }

    private static byte[] called(String name) {
        return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, name.getBytes(US_ASCII)))));
    }

    private static byte[] alternative(String... names) {
        byte[][] encoded =
                Stream.of(names).map(TestCertificate::alternativeName).toArray(byte[][]::new);
        return sequence(ALTERNATIVE_NAMES, tagged(0x04, sequence(encoded)));
    }

    private static byte[] alternativeName(String name) {
        int colon = name.indexOf(':');
        String value = name.substring(colon + 1);
        return switch (name.substring(0, colon)) {
            case "email" -> tagged(0x81, value.getBytes(US_ASCII));
            case "dns" -> tagged(0x82, value.getBytes(US_ASCII));
            case "uri" -> tagged(0x86, value.getBytes(US_ASCII));
            case "ip" -> tagged(0x87, InetAddress.ofLiteral(value).getAddress());
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static byte[] time(Instant when) {
        return tagged(0x17, TIME.format(when).getBytes(US_ASCII));
    }

    private static byte[] bits(byte[] value) {
        return tagged(0x03, new byte[1], value);
    }

    private static byte[] sequence(byte[]... parts) {
        return tagged(0x30, parts);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length >= 0x100) {
            whole.write(0x82);
            whole.write(length >> 8);
        } else if (length >= 0x80) {
            whole.write(0x81);
        }
        whole.write(length);
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
