package dev.fanfare.benchmarks;

import dev.fanfare.contract.signing.WebhookKeyPair;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a signature costs, beside the bare HMAC over the same bytes: the difference is ours. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SigningBenchmark {
    /** The body's size in bytes. */
    @Param({"1024", "20480"})
    public int bodyBytes;

    private final WebhookSigner signer = new WebhookSigner(List.of(WebhookSecret.mint(new Random(7))));
    private final WebhookSigner asymmetric = new WebhookSigner(List.of(WebhookKeyPair.mint(new Random(7))));
    private byte[] body = new byte[0];
    private byte[] content = new byte[0];
    private final Mac bare;

    /** With a bare HMAC to compare with. */
    public SigningBenchmark() {
        try {
            bare = Mac.getInstance("HmacSHA256");
            bare.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Random bytes as a body. */
    @Setup
    public void prepare() {
        body = new byte[bodyBytes];
        new Random(7).nextBytes(body);
        byte[] prefix = "dlv_abcdefghijklmnopqrstuvwxyz.1700000000.".getBytes(StandardCharsets.UTF_8);
        content = new byte[prefix.length + bodyBytes];
        System.arraycopy(prefix, 0, content, 0, prefix.length);
        System.arraycopy(body, 0, content, prefix.length, bodyBytes);
    }

    /** The header's value, ready to send. */
    @Benchmark
    public String sign() {
        return signer.sign("dlv_abcdefghijklmnopqrstuvwxyz", 1_700_000_000L, body);
    }

    /** The same by {@code v1a}. */
    @Benchmark
    public String signAsymmetric() {
        return asymmetric.sign("dlv_abcdefghijklmnopqrstuvwxyz", 1_700_000_000L, body);
    }

    /** The floor: the HMAC alone. */
    @Benchmark
    public byte[] bareHmac() {
        return bare.doFinal(content);
    }
}
