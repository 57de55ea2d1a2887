#!/bin/sh
# What the Makefile needs of the system, installed where this account may, else named in one line.
# usage: bootstrap.sh venv DIR | bootstrap.sh browser
set -eu

fail() {
    echo "$*" >&2
    exit 1
}

# The first Python that is new enough; PYTHON=/path/to/python3.12 chooses another.
find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null 2>&1
}

# A fresh machine has no package lists, an old one stale lists: both are refreshed when the first try fails.
install() {
    may_install || return 1
    echo "安装系统软件包：$* ……" >&2
    apt install -y --no-install-recommends "$@" || { apt update && apt install -y --no-install-recommends "$@"; }
}

make_venv() {
    python=$(find_python) || fail "需要 Python 3.11 或更新的版本：请安装后重试，或用 PYTHON=/路径/python3 指定。"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$(basename "$python")-venv"
        install "$package" || fail "缺少 Python 的 venv 模块：请先安装系统软件包 $package（Debian：sudo apt-get install $package），再运行一次。"
    fi
    "$python" -m venv --clear "$1" || fail "无法建立虚拟环境 $1：请检查磁盘空间和写权限。"
}

has_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

# The driver of the browser tests is a Node.js program that needs it.
has_libatomic() {
    /sbin/ldconfig -p | grep 'libatomic\.so\.1'
}

has_font() {
    command -v fc-list && fc-list ':lang=zh-cn' family | grep .
}

has_office() {
    command -v soffice
}

has_nginx() {
    PATH=$PATH:/usr/sbin command -v nginx
}

has_systemd() {
    command -v systemd-analyze
}

# usage: need CHECK WHAT PACKAGE…
need() {
    check=$1
    what=$2
    shift 2
    "$check" >/dev/null 2>&1 && return
    install "$@" && "$check" >/dev/null 2>&1 && return
    message="没有$what（系统软件包 $*）"
    [ -z "${FANWEN_TEST_REQUIRE_ALL:-}" ] || fail "$message，而这里不允许跳过任何测试。"
    echo "$message：有关测试将跳过。" >&2
}

case "${1:-}" in
venv) make_venv "$2" ;;
browser)
    need has_browser '浏览器 Chromium' chromium
    need has_libatomic 'libatomic' libatomic1
    need has_font '中文字体' fonts-noto-cjk fontconfig
    need has_office ' LibreOffice Writer' libreoffice-writer-nogui
    need has_systemd ' systemd-analyze' systemd
    # Installing nginx starts it: only where everything must be there.
    [ -z "${FANWEN_TEST_REQUIRE_ALL:-}" ] || need has_nginx ' nginx' nginx-light
    ;;
*) fail "usage: $0 venv DIR | browser" ;;
esac
