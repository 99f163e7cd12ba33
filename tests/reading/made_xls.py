"""A small .xls workbook made with LibreOffice: errors, a formula, a date, a table away from the corner, a hidden sheet."""

import base64
import zlib

XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)U2IfE6h3ozc6+-l?Y6WE1(p@%uU+c4w6OfN-L_Ojz!F8}p^21si-qk^3MOJu7m@fPiG~MXNDK)+X%J(g4{D@uK1kFD9"
        "yFR19*71XR--W_()By%&bF6jA>D--mCnsKGxyAynKN_FoO9=X^L53<=?`lzQBK-O9-7RQlFvm`z?|$$kjOH$$xJ4bC1+;Se="
        "1!!CF@W_e_nufUIN%aDd0Cc4w!N_{eRLEG=k?4g{g~%QI64JDkR+pi*b)PlRlF(<eO=loxk|`*?+Si_W-v$|Lphq{Lcl-fO0"
        "1UPz6v4%mb=`YOx8T`+@nu0-y$12rL2?10i4u5C$FqmI4m~4*|=7<-iJHC9n#p1?qqZuo|cb9tNUjEsdsRG^4)OyvI<kpY>U"
        "{O{F%p==0L2bH8Ghi|#MMBF^b?v5U(<4~?>IboM6u!v9q25E*(E%Wxh>+M;~0RSR}{3V9iQAT6Is-Xa!=6sK^^SoLlzF7ls{"
        "e5vGR$Q6AeeZCh;18ngJvGh0PASfzPozzQ78l=7Og@fRzp)dK2y&@cZLR7o7FxQ>5hID|=@HyL(7*34!CPTV{-sLma-``U|G"
        "}Kdn7->Qd)fxID6LuZo^I@j*m_q-3W^}7SI^A>hGuXR)`&{Snr*rA6Zb6USf?j(IdTCxd!5l;$JxxDp;Uz^GE`uqLloctTl$"
        "9wh<-AmhlvOEjW{(*Aak$=b_Uz<WHM&)|=nfr2zD74o{WuJDjJ-XTsw%W^(4BgdY1^i`_ltf$RDQKcddEO-)p0Y%8xT<88CN"
        "zywCjYTtF)g(M0&5t?Mt&OXWP~$)Obwj$%Y^0qOGAhX+F?j;8@ypR3QY}=T#heoI<|_ogidmFdIR}{u6QNFS;NBt3(2ks)TU"
        "sAYN3rL(mAeunm-r5O$mH(qY<&rFG~zq(Zs@E8POd$MsgMrVAaq^;{kyrklXol(QL89VF~fRH|X>MA?X@xLynPX4#o;?IpDs"
        "{WeKM8L1}Ot5)!|pjS8gZ9o~9G5n;K$Q)5f%)>TA&h0vbm}}Fw+KIV+b~P|<mer=TI50a7Ja~fx4`5IGvH$GuDrA3y7;bgvq"
        "N|tJ*0en<^b}2xxQwleBI+nw#&xaqsFVCv;mrp2V?ujP^5y8iZ-CR4wiT}W%BgXGYFp*1pN11Ig;XTAVqvz3nji2T8{ae0mM"
        "s-Mg%+D$l4X-RYnPjqmQi+Xj=k7c(9|Q2YgOe!Q+a4s9-7WW^XAa5%ZHEisYB*X;f)zy#@;Jw3yEBdWmQI6S|4}H5(-sO$V("
        "n(w}gGEurH8pWd+sB_nX7+p?1HFtc7*C8Ce_F5*I5*Ry?)ubHqNcu-8iN9Hw7rC)d-DI;v0G=4kQA<>X06g;&e5g!@Sc^L!;"
        "*<d=Tjhi7QDD(PdN6K07vi7NSfu3Qdob^@e*IG6iu_dqK9WqL0e?6gbM#$c7ybB*&x8k?Ci3McbsnLT#iJghnM=2#JHhwZ?^"
        "Q%zUSF@K}X?zV%l+Yam^?7()}0nOS$A&yH;<ypt2@;Vyc1GmniZk+{+&{^Q_>g?vEaJ%yOojYjIww%utr|A*C^X(Yy8yh(|G"
        "H@u|^+I1F8D76`^{(E%iDWV%i|rU37>M1;-B&sBpy)K2A<=4{acScCJHK7)elGalTQ=3L_~<*{`6I?sxjkm?$8obe+s!?Bx4"
        "A3#oBQ&p30gm2ckaHHxx2<)^W9WW?s)9=BR?v4y%6~&=v};U@l^f7;K{ckf8^TP&3psNq4k)1diG;1=#q7(@nB@`>e)40M#k"
        "*N8?U*2boA-O*ulY(;TzY=w$#vAA4Q_s^zTb|^Z%dNPmT}B*N1H?<v2!q2D6XR0o=A(jspeD??gT4Vv#A}zgm4Dd(JyC?-0&"
        "tH)Pmf)chXTKe(CnX#loP`I&A?Qle=6@i#!B|NqvQe|7Rlf}W)3vHl_I72R)z6%2?@m~w~)Q6Ij|SS!u^-U9Z&33z{M{>_-7"
        "Ph?1l1r{bxtcdlmbIpIR|Ns3Pxrji`"
    )
)
