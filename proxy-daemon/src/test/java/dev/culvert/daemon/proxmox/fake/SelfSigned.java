package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A key and its certificate, as each node of Proxmox has one that no authority of the system knows.
 * Written by hand in DER, because the JDK makes certificates only with keytool, which takes half a
 * second.
 */
record SelfSigned(KeyPair keys, X509Certificate certificate) {
    private static final byte[] ECDSA_WITH_SHA256 =
            HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final byte[] ALTERNATIVE_NAMES = HexFormat.of().parseHex("0603551d11");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    static SelfSigned of(String name) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] content = content(name, keys);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] whole = sequence(content, ECDSA_WITH_SHA256, bits(signature.sign()));
            return new SelfSigned(
                    keys,
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(whole)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(String name, KeyPair keys) {
        byte[] serial = new BigInteger(64, new SecureRandom()).setBit(62).toByteArray();
        byte[] called =
                sequence(
                        tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, name.getBytes(US_ASCII)))));
        Instant now = Instant.now();
        byte[] names =
                sequence(
                        tagged(0x82, "localhost".getBytes(US_ASCII)),
                        tagged(0x82, name.getBytes(US_ASCII)),
                        tagged(0x87, new byte[] {127, 0, 0, 1}));
        byte[] extensions =
                tagged(0xa3, sequence(sequence(ALTERNATIVE_NAMES, tagged(0x04, names))));
        return sequence(
                tagged(0xa0, tagged(0x02, new byte[] {2})),
                tagged(0x02, serial),
                ECDSA_WITH_SHA256,
                called,
                sequence(time(now.minusSeconds(86_400)), time(now.plusSeconds(365 * 86_400L))),
                called,
                keys.getPublic().getEncoded(),
                extensions);
    }

    private static byte[] time(Instant when) {
        return tagged(0x18, TIME.format(when).getBytes(US_ASCII));
    }

    private static byte[] bits(byte[] value) {
        byte[] padded = new byte[value.length + 1];
        System.arraycopy(value, 0, padded, 1, value.length);
        return tagged(0x03, padded);
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

    /** As Proxmox shows it: SHA-256 in pairs of capital letters, with colons between. */
    String fingerprint() {
        try {
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String pem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                    .formatted(
                            Base64.getMimeEncoder(64, new byte[] {'\n'})
                                    .encodeToString(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
