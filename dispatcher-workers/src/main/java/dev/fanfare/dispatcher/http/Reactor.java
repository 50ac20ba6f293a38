package dev.fanfare.dispatcher.http;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread and the sockets that it looks after. Any thread may give it tasks. */
public final class Reactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reactor.class);
    private static final long GOODBYE_MILLIS = 1_000;

    private final EventLoopGroup group;
    private final EventLoop loop;

    private final boolean epoll;

    /** Starts the thread. On Linux it asks the kernel by epoll itself, which takes fewer calls than Java's selector. */
    public Reactor(String name) {
        this(name, Epoll.isAvailable());
    }

    /** As told: for a test of what is used elsewhere. */
    Reactor(String name, boolean epoll) {
        this.epoll = epoll;
        IoHandlerFactory sockets = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(
                1,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                },
                sockets);
        loop = group.next();
    }

    EventLoop loop() {
        return loop;
    }

    Class<? extends SocketChannel> socketType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Whether the caller is on its thread. */
    public boolean isHere() {
        return loop.inEventLoop();
    }

    /** Runs a task on its thread, soon; at once where that is this thread. After it was closed nothing runs. */
    public void run(Runnable task) {
        if (isHere()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed already", e);
        }
    }

    /** Runs what it was given, closes what is left, and ends the thread. */
    @Override
    public void close() {
        group.shutdownGracefully(0, GOODBYE_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
