/* A disk that fails: preloaded into a process, it lets the n-th change below a folder fail, and all after it if wanted.
 *
 * DISK_ROOT: the folder. DISK_FAILS_AT: n, 0 for never. DISK_STAYS_BAD: 1 if all later changes fail as well.
 * DISK_ERRNO: the error. DISK_LOG: the file that gets a line for each change, outside of the folder.
 * DISK_SIGNAL: the process gets this signal before the n-th change, which does not fail.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long changes;

static int fails(const char *call, const char *path) {
    const char *root = getenv("DISK_ROOT"), *at = getenv("DISK_FAILS_AT"), *log = getenv("DISK_LOG");
    if (!root || !at || !path || strncmp(path, root, strlen(root)) || strstr(path, "-shm"))
        return 0;
    long mine = __sync_add_and_fetch(&changes, 1), n = atol(at);
    int bad = n && (mine == n || (mine > n && getenv("DISK_STAYS_BAD") && atoi(getenv("DISK_STAYS_BAD"))));
    if (log) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%ld %s %s%s\n", mine, call, path, bad ? " FAILS" : "");
        int fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        syscall(SYS_write, fd, line, (size_t)size);
        syscall(SYS_close, fd);
    }
    if (bad && getenv("DISK_SIGNAL")) {
        kill(getpid(), atoi(getenv("DISK_SIGNAL")));
        return 0;
    }
    if (bad)
        errno = getenv("DISK_ERRNO") ? atoi(getenv("DISK_ERRNO")) : EIO;
    return bad;
}

static int fails_fd(const char *call, int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = 0;
    return fails(call, path);
}

static const char *absolute(const char *path, char *buffer) {
    if (path[0] == '/')
        return path;
    if (!getcwd(buffer, PATH_MAX - strlen(path) - 2))
        return path;
    strcat(buffer, "/");
    return strcat(buffer, path);
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define OF_FD(type, name, parameters, arguments)                                                                        \
    type name parameters {                                                                                             \
        return fails_fd(#name, fd) ? -1 : REAL(name) arguments;                                                         \
    }
#define OF_PATH(name, parameters, arguments)                                                                            \
    int name parameters {                                                                                               \
        char buffer[PATH_MAX];                                                                                          \
        return fails(#name, absolute(path, buffer)) ? -1 : REAL(name) arguments;                                         \
    }

OF_FD(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
OF_FD(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
OF_FD(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
OF_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
OF_FD(int, fsync, (int fd), (fd))
OF_FD(int, fdatasync, (int fd), (fd))
OF_FD(int, ftruncate, (int fd, off_t size), (fd, size))
OF_FD(int, ftruncate64, (int fd, off64_t size), (fd, size))
OF_PATH(rename, (const char *path, const char *to), (path, to))
OF_PATH(unlink, (const char *path), (path))
OF_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(rmdir, (const char *path), (path))

#define OPEN(name)                                                                                                      \
    int name(const char *path, int flags, ...) {                                                                        \
        __builtin_va_list rest;                                                                                         \
        __builtin_va_start(rest, flags);                                                                                \
        mode_t mode = flags & O_CREAT ? __builtin_va_arg(rest, mode_t) : 0;                                             \
        __builtin_va_end(rest);                                                                                         \
        char buffer[PATH_MAX];                                                                                          \
        if (flags & O_CREAT && fails(#name, absolute(path, buffer)))                                                    \
            return -1;                                                                                                  \
        return REAL(name)(path, flags, mode);                                                                           \
    }
OPEN(open)
OPEN(open64)
