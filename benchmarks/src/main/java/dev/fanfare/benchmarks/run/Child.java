package dev.fanfare.benchmarks.run;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that takes part in a run, and what the kernel knows of it. Ends with its owner, or with this process.
 * Linux only: it reads {@code /proc} (proc(5)).
 */
public final class Child implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    /** Of {@code /proc/pid/stat}, on every Linux there is (USER_HZ). */
    private static final double TICKS_PER_SECOND = 100;

    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    private final Process process;
    private final String name;
    private final Path log;
    private final Thread atExit;
    /** It and those that it started, as of a second ago at most. */
    private List<ProcessHandle> family = List.of();

    private long lookedAtNanos;

    private Child(Process process, String name, Path log) {
        this.process = process;
        this.name = name;
        this.log = log;
        this.atExit = new Thread(process::destroyForcibly, name + "-ends");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts a command; what it says goes to a file. */
    public static Child start(String name, Path log, List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new Child(process, name, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts this JVM again with another class path, options and main class. */
    public static Child java(
            String name, Path log, String classPath, List<String> options, String main, List<String> args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(args);
        return start(name, log, command);
    }

    public static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    /** That of a folder of jars. */
    public static String classPathOf(Path jars) {
        return jars + File.separator + "*";
    }

    /** CPU seconds so far, in user and kernel mode, of the process and those that it started. Confined to one thread. */
    public double cpuSeconds() {
        // To look for children is to look at every process there is: seldom, as it would weigh on what is measured.
        long nowNanos = System.nanoTime();
        if (family.isEmpty() || nowNanos - lookedAtNanos > LOOK_AGAIN_NANOS) {
            family = Stream.concat(Stream.of(process.toHandle()), process.children())
                    .toList();
            lookedAtNanos = nowNanos;
        }
        return family.stream().mapToDouble(Child::cpuSeconds).sum();
    }

    private static double cpuSeconds(ProcessHandle handle) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(handle.pid()), "stat"));
            // The name in brackets may hold anything; utime and stime are fields 14 and 15.
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(afterName[11]) + Long.parseLong(afterName[12])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0; // it has ended meanwhile
        }
    }

    /** The most memory that it had resident, in MiB; 0 once it has ended. */
    public long peakResidentMib() {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // it has ended meanwhile
        }
    }

    /** Forgets the most memory that it had, so that what counts is what it has from now on (proc(5), clear_refs). */
    public void forgetPeak() {
        try {
            Files.writeString(Path.of("/proc", Long.toString(process.pid()), "clear_refs"), "5");
        } catch (IOException e) {
            throw BenchmarkFailure.of("the kernel does not let us look at the memory of " + name + ": " + e);
        }
    }

    /** Has a JVM collect all that it can, and waits until it has. */
    public void collectGarbage() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!asked.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || asked.exitValue() != 0) {
                throw BenchmarkFailure.of("jcmd can't have " + name + " collect its garbage");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws where it has ended by itself. */
    public void check() {
        if (!process.isAlive()) {
            throw BenchmarkFailure.of(name + " ended with " + process.exitValue() + "; see " + log);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Path log() {
        return log;
    }

    /** Asks it to end (SIGTERM) and waits. */
    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw BenchmarkFailure.of(
                        name + " does not end within " + PATIENCE_SECONDS + " s of SIGTERM; see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            // this process is ending, and the hook with it
        }
    }
}
