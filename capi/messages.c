/*
 * This one file is compiled with -fexec-charset=GBK, always by GCC (clang knows UTF-8 only): the
 * source is UTF-8 for the reader, the object holds GBK and UTF-16 for the wire. See the Makefile.
 */
#include "messages.h"

/* Two bytes and a NUL in GBK, three and a NUL in UTF-8. */
_Static_assert(sizeof "医" == 3, "must be compiled with -fexec-charset=GBK");

/* C11: a row of string literals has the prefix of any of them. */
#define TEXT(text)                                                                                 \
    {                                                                                              \
        text, u##text                                                                              \
    }

/*
 * One line for each message, however long. What follows MESSAGE_, in lower case and with "client_"
 * before it, is the message's code in the documentation; a test there reads both from the line.
 */
/* clang-format off */
static const struct message_text texts[MESSAGE_COUNT] = {
    [MESSAGE_NONE] = TEXT(""),
    [MESSAGE_REFUSED] = TEXT("读卡服务未启动：请启动 mps agent 后重试，或联系信息科（127.0.0.1:% 连接被拒绝）"),
    [MESSAGE_NO_PROGRAM] = TEXT("读卡服务未启动，且动态库旁边没有 mps 程序（Windows 为 mps.exe），无法自动启动：请重新安装，或启动 mps agent 后重试，或联系信息科（127.0.0.1:% 连接被拒绝）"),
    [MESSAGE_START_FAILED] = TEXT("读卡服务未启动，自动启动失败：请启动 mps agent 后重试，或联系信息科（127.0.0.1:% 连接被拒绝，系统错误码%）"),
    [MESSAGE_NOT_STARTED] = TEXT("读卡服务已自动启动，但没有及时就绪：请稍后重试，仍不行请结束 mps 程序（Windows 为任务管理器中的 mps.exe）后重试，或联系信息科（127.0.0.1:% 在%毫秒内未就绪）"),
    [MESSAGE_ENDED] = TEXT("读卡服务自动启动后随即退出，没有留下原因：请运行 mps doctor 或查看读卡服务的日志，或联系信息科（127.0.0.1:% 退出码%）"),
    [MESSAGE_ENDED_REASON] = TEXT("读卡服务自动启动后随即退出，原因是：$。请改正后重试，或联系信息科（127.0.0.1:% 退出码%）"),
    [MESSAGE_FOLDER_LENGTH] = TEXT("动态库所在文件夹的路径太长：请把动态库、mps 程序和配置文件移到路径较短的文件夹，或联系信息科"),
    [MESSAGE_OTHER_USER] = TEXT("本机另一用户的读卡服务占用了端口：请在本用户下启动 mps agent 后重试，或联系信息科（127.0.0.1:%）"),
    [MESSAGE_CONNECT_TIMEOUT] = TEXT("连接读卡服务超时：请重新启动 mps agent 后重试，或联系信息科（127.0.0.1:% 在%毫秒内未接受连接）"),
    [MESSAGE_NO_NETWORK] = TEXT("本机网络不可用，无法连接读卡服务：请重启电脑后重试，或联系信息科（系统错误码%）"),
    [MESSAGE_ANSWER_TIMEOUT] = TEXT("等待读卡服务应答超时：请检查卡片和读卡器后重试，仍不行请重新启动 mps agent 或联系信息科（时限%毫秒）"),
    [MESSAGE_CLOSED] = TEXT("读卡服务中途断开：请重试，仍不行请重新启动 mps agent 或联系信息科（127.0.0.1:%）"),
    [MESSAGE_NOT_HTTP] = TEXT("读卡服务的应答无法识别：端口可能被其他程序占用，请重新启动 mps agent 或联系信息科（127.0.0.1:%）"),
    [MESSAGE_HTTP_STATUS] = TEXT("读卡服务拒绝了请求（HTTP状态%）：端口可能被其他程序占用，或程序版本不一致，请联系信息科（127.0.0.1:%）"),
    [MESSAGE_ANSWER_LENGTH] = TEXT("读卡服务的应答没有正确的长度或超过%字节：端口可能被其他程序占用，请联系信息科（127.0.0.1:%）"),
    [MESSAGE_NOT_XML] = TEXT("读卡服务的应答不是完整的报文：请重试，仍不行请重新启动 mps agent 或联系信息科（127.0.0.1:%）"),
    [MESSAGE_CAPACITY] = TEXT("返回报文需要%字节，调用程序的缓冲区只有%字节：请软件厂商加大 resp 缓冲区"),
    [MESSAGE_REQUEST_LENGTH] = TEXT("请求报文超过64KB：请软件厂商检查请求报文"),
    [MESSAGE_INI_LINE] = TEXT("配置文件 mps_client.ini 第%行有误：应为 capacity（64到1048576）、port（1到65535）、timeout_ms（100到600000）或 autostart（0或1）= 整数，每项一次，请联系信息科改正"),
    [MESSAGE_INI_LENGTH] = TEXT("配置文件 mps_client.ini 超过4KB：请联系信息科改正"),
    [MESSAGE_INI_UNREADABLE] = TEXT("配置文件 mps_client.ini 无法读取：请联系信息科检查文件权限"),
    [MESSAGE_ENVIRONMENT] = TEXT("环境变量 MPS_CLIENT_CAPACITY（64到1048576）、MPS_CLIENT_PORT（1到65535）、MPS_CLIENT_TIMEOUT_MS（100到600000）或 MPS_CLIENT_AUTOSTART（0或1）的值无效：请联系信息科改正"),
};
/* clang-format on */

const struct message_text *message_text(enum message message)
{
    return &texts[message];
}
